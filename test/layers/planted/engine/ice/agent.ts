export const ice = 1
