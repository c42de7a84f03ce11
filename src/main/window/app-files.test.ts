import { expect, it } from 'vitest'
import { appPage, fileFor } from './app-files'

const folder = '/opt/pathscope/out/renderer'

it('serves the page and its assets from its folder', () => {
  expect(fileFor(appPage, folder)).toBe(`${folder}/index.html`)
  expect(fileFor('pathscope://app/', folder)).toBe(`${folder}/index.html`)
  expect(fileFor('pathscope://app/assets/index-1.js?v=2#x', folder)).toBe(`${folder}/assets/index-1.js`)
})

it.each([
  'pathscope://app/../main/index.js',
  'pathscope://app/%2e%2e/main/index.js',
  'pathscope://app/..%2fmain/index.js',
  'pathscope://app/assets/..%2f..%2f..%2fmain/index.js',
  'pathscope://app/..%5cmain%5cindex.js',
  'pathscope://app/%00/index.js',
  'pathscope://app/%zz.js',
  'pathscope://other/index.html',
  'file:///etc/passwd.html',
  'https://app/index.html',
  'pathscope://app/assets/key.pem',
  'nonsense',
])('never serves %s from outside its folder or of another kind', (url) => {
  const file = fileFor(url, folder)
  expect(file === null || file.startsWith(`${folder}/`)).toBe(true)
  if (file !== null) expect(file).not.toContain('..')
})

it('does not take a folder of a longer name for its own', () => {
  expect(fileFor('pathscope://app/..%2frenderer-evil/index.html', folder)).toBeNull()
})
