import { expect, test } from 'vitest'
import { createCertificate, noCertificateUnderWay } from './certificate'

test('none is under way once all that were asked for are made', async () => {
  await noCertificateUnderWay()
  const made: number[] = []
  const all = [1, 2, 3].map((number) => createCertificate().then(() => made.push(number)))
  await noCertificateUnderWay()
  await Promise.resolve()
  expect(made.sort()).toEqual([1, 2, 3])
  await Promise.all(all)
})
