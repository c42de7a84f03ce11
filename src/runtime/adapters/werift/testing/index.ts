/** For this folder's tests: sessions joined in memory, links that lose, and werift's own stack as a peer. */
export * from './join'
export * from './stock'
