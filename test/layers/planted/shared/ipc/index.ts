export const ipc = 1
