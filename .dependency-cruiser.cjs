/**
 * The layer rules of docs/architecture.md. test/layers holds a planted violation of each, and the layers suite fails
 * unless every one of them is caught: a checker that reads nothing reports success.
 *
 * PATHSCOPE_LAYERS_ROOT names another folder with the layers in it than src; only that suite sets it.
 */
const root = process.env.PATHSCOPE_LAYERS_ROOT ?? 'src'
/** Tests, and what only tests use. */
const test = '\\.test\\.tsx?$|/testing/'

/** A layer's files (without its tests) may import nothing of the project but these. */
const only = (layer, ...allowed) => ({
  name: `${layer.replaceAll('/', '-')}-imports`,
  severity: 'error',
  comment: `${layer} may import only ${[layer, ...allowed].join(', ')}.`,
  from: { path: `^${root}/${layer}/`, pathNot: test },
  to: {
    path: `^${root}/`,
    pathNot: [layer, ...allowed].map((name) => `^${root}/${name}/`).concat(`^${root}/build-constants`),
  },
})

/**
 * Who is outside a room enters by its door. Rooms are the folders directly in `parent`, a pattern in which no group
 * captures; what is deeper is the room's own affair. `open` are paths that other rules guard.
 */
const door = (name, parent, ...open) => ({
  name: `door-${name}`,
  severity: 'error',
  comment: `Nobody reaches past a folder's index.ts (rooms of ${parent}).`,
  from: { path: `^${root}/`, pathNot: [`^${parent}/([^/]+)/`, test] },
  to: { path: `^${parent}/[^/]+/.`, pathNot: [`^${parent}/[^/]+/index\\.(?:tsx?|css)$`, ...open] },
})
const doorBetween = (name, parent, ...open) => ({
  name: `door-between-${name}`,
  severity: 'error',
  comment: `Nobody reaches past a folder's index.ts (from one room of ${parent} into another).`,
  from: { path: `^${parent}/([^/]+)/`, pathNot: test },
  to: {
    path: `^${parent}/[^/]+/.`,
    pathNot: [`^${parent}/$1/`, `^${parent}/[^/]+/index\\.(?:tsx?|css)$`, ...open],
  },
})

module.exports = {
  forbidden: [
    only('engine'),
    only('shared', 'engine'),
    only('sim', 'engine', 'runtime/ports'),
    only('runtime', 'engine', 'shared', 'sim'),
    only('main', 'runtime', 'shared'),
    only('cli', 'runtime', 'shared'),
    only('preload', 'shared/ipc'),
    only('renderer', 'shared'),
    {
      name: 'shared-takes-types-of-engine',
      severity: 'error',
      comment: "shared takes types from the engine's door, and nothing that runs.",
      from: { path: `^${root}/shared/`, pathNot: test },
      to: { path: `^${root}/engine/`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sim-only-for-loopback',
      severity: 'error',
      comment: 'Of the runtime only loopback/ knows the simulated world.',
      from: { path: `^${root}/runtime/`, pathNot: [`^${root}/runtime/loopback/`, test] },
      to: { path: `^${root}/sim/` },
    },
    {
      name: 'pure-layers-have-no-platform',
      severity: 'error',
      comment: 'engine and shared know neither Node nor Electron.',
      from: { path: `^${root}/(?:engine|shared)/`, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-has-no-packages',
      severity: 'error',
      comment: 'The engine imports only itself.',
      from: { path: `^${root}/engine/`, pathNot: test },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'werift-behind-its-adapter',
      severity: 'error',
      comment: 'werift is imported by runtime/adapters/werift only, so that it can be replaced there.',
      from: { path: `^${root}/`, pathNot: `^${root}/runtime/adapters/werift/` },
      to: { path: '(?:^|/)node_modules/werift/|^werift$' },
    },
    {
      name: 'electron-in-its-two-layers',
      severity: 'error',
      comment: 'Only main and preload know Electron.',
      from: { path: `^${root}/`, pathNot: `^${root}/(?:main|preload)/` },
      to: { path: '(?:^|/)node_modules/electron/|^electron$' },
    },
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      comment: 'The window is sandboxed.',
      from: { path: `^${root}/renderer/`, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle of imports has no first module to run. (Types alone may refer to each other.)',
      from: { path: `^${root}/` },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-missing-modules',
      severity: 'error',
      comment: 'An import that resolves to nothing hides from every rule above.',
      from: { path: `^${root}/` },
      to: { couldNotResolve: true },
    },
    {
      name: 'tests-stay-tests',
      severity: 'error',
      comment: 'Nothing that ships imports a test, or a tool that is there for development only.',
      from: { path: `^${root}/`, pathNot: test },
      to: { path: [test, '(?:^|/)node_modules/(?:vitest|fast-check|playwright-core)/'] },
    },
    {
      name: 'door-engine',
      severity: 'error',
      comment: "The engine's only door is its index.ts.",
      from: { path: `^${root}/`, pathNot: [`^${root}/engine/`, test] },
      to: { path: `^${root}/engine/.`, pathNot: `^${root}/engine/index\\.ts$` },
    },
    // face/ is the engine's own door, split by subject: its rooms take their words from it.
    doorBetween('engine', `${root}/engine`, `^${root}/engine/face/`),
    door('runtime', `${root}/runtime`, `^${root}/runtime/adapters/`),
    doorBetween('runtime', `${root}/runtime`, `^${root}/runtime/adapters/`),
    door('adapters', `${root}/runtime/adapters`),
    doorBetween('adapters', `${root}/runtime/adapters`),
    door('shared', `${root}/shared`),
    doorBetween('shared', `${root}/shared`),
    door('sim', `${root}/sim`),
    doorBetween('sim', `${root}/sim`),
    door('renderer', `${root}/renderer`, `^${root}/renderer/features/`),
    doorBetween('renderer', `${root}/renderer`, `^${root}/renderer/features/`),
    door('features', `${root}/renderer/features`),
    doorBetween('features', `${root}/renderer/features`),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^out/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.d.ts', '.js', '.mjs', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'require', 'node', 'default'],
      mainFields: ['main', 'module', 'types'],
    },
  },
}
