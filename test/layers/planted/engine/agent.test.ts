export const expectation = 1
