import { describe, expect, it } from 'vitest'
import { createResendBudget } from './index'

/** How many packets of 1000 bytes may be sent again at once. */
function spendAll(budget: ReturnType<typeof createResendBudget>): number {
  let count = 0
  while (count < 10_000 && budget.spend(1000)) count += 1
  return count
}

describe('the budget of what is sent again', () => {
  it('covers 400 ms of the streams when a path dies', () => {
    const budget = createResendBudget()
    for (let i = 0; i < 1000; i += 1) budget.earn(1000, 20e6)
    expect(spendAll(budget)).toBe(1012)
  })

  it('holds what goes on being sent again to 30 %', () => {
    const budget = createResendBudget()
    budget.earn(1000, 20e6)
    spendAll(budget)
    for (let i = 0; i < 1000; i += 1) budget.earn(1000, 20e6)
    expect(spendAll(budget)).toBe(300)
  })
})
