/** An esbuild plugin that plants a counter at every branch of the product's code, for `npm run fuzz`. */
import { readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import ts from 'typescript'
import { projectDir } from './places.mjs'

/** More counters than the sources have branches; the bundle's first line makes room for them. */
const counters = 65_536
/** The upper half is for what the targets tell themselves (`reach` in test/fuzz/coverage.ts). */
const planted = counters / 2
const name = 'pathscopeHits'

export const counterBanner = `globalThis.${name} ??= new Uint8Array(${counters});`

/** @returns {import('esbuild').Plugin} */
export function instrument() {
  let next = 0
  const take = () => {
    next += 1
    if (next >= planted) throw new Error('the sources have more branches than there are counters')
    return next
  }
  return {
    name: 'instrument',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const isProduct =
          path.startsWith(join(projectDir, 'src') + sep) && !path.includes(`${sep}testing${sep}`)
        if (!isProduct) return undefined
        const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
          fileName: path,
          compilerOptions: {
            target: ts.ScriptTarget.ES2022,
            module: ts.ModuleKind.ESNext,
            verbatimModuleSyntax: true,
            inlineSourceMap: true,
            inlineSources: true,
          },
          transformers: { before: [(context) => (file) => plant(file, context, take)] },
        })
        return { contents: outputText, loader: 'js' }
      })
    },
  }
}

/**
 * @param {ts.SourceFile} file
 * @param {ts.TransformationContext} context
 * @param {() => number} take
 */
function plant(file, context, take) {
  const { factory } = context

  /** `pathscopeHits[n]++` */
  const count = () =>
    factory.createPostfixIncrement(
      factory.createElementAccessExpression(factory.createIdentifier(name), take()),
    )

  /** @param {ts.Expression} expression */
  const counted = (expression) =>
    factory.createParenthesizedExpression(
      factory.createCommaListExpression([count(), ts.visitNode(expression, visit, ts.isExpression)]),
    )

  /** @param {ts.Statement} statement */
  const countedStatement = (statement) =>
    ts.isBlock(statement)
      ? ts.visitNode(statement, visit, ts.isStatement)
      : factory.createBlock([
          factory.createExpressionStatement(count()),
          ts.visitNode(statement, visit, ts.isStatement),
        ])

  /** @param {readonly ts.Statement[]} statements */
  const withCounter = (statements) => {
    const visited = ts.visitNodes(factory.createNodeArray(statements), visit, ts.isStatement)
    return [factory.createExpressionStatement(count()), ...visited]
  }

  const short = new Set([
    ts.SyntaxKind.AmpersandAmpersandToken,
    ts.SyntaxKind.BarBarToken,
    ts.SyntaxKind.QuestionQuestionToken,
  ])

  /** @param {ts.Node} node @returns {ts.Node} */
  function visit(node) {
    if (ts.isTypeNode(node)) return node
    if (ts.isBlock(node)) return factory.updateBlock(node, withCounter(node.statements))
    if (ts.isCaseClause(node)) {
      const expression = ts.visitNode(node.expression, visit, ts.isExpression)
      return factory.updateCaseClause(node, expression, withCounter(node.statements))
    }
    if (ts.isDefaultClause(node)) return factory.updateDefaultClause(node, withCounter(node.statements))
    if (ts.isIfStatement(node)) {
      return factory.updateIfStatement(
        node,
        ts.visitNode(node.expression, visit, ts.isExpression),
        countedStatement(node.thenStatement),
        node.elseStatement && countedStatement(node.elseStatement),
      )
    }
    if (ts.isConditionalExpression(node)) {
      return factory.updateConditionalExpression(
        node,
        ts.visitNode(node.condition, visit, ts.isExpression),
        node.questionToken,
        counted(node.whenTrue),
        node.colonToken,
        counted(node.whenFalse),
      )
    }
    if (ts.isBinaryExpression(node) && short.has(node.operatorToken.kind)) {
      const left = ts.visitNode(node.left, visit, ts.isExpression)
      return factory.updateBinaryExpression(node, left, node.operatorToken, counted(node.right))
    }
    return ts.visitEachChild(node, visit, context)
  }

  return ts.visitEachChild(file, visit, context)
}
