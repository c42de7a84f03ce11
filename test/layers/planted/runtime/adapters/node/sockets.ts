export const sockets = 1
