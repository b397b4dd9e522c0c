import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/**
 * Finds promises that nobody waits for. Biome's rule does not see types that come from `node:` modules and libraries,
 * such as `assert.rejects`, `pool.query` or `writeFile`; the compiler does.
 */
const root = fileURLToPath(new URL('../', import.meta.url))

const readProgram = (): ts.Program => {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  return ts.createProgram(fileNames, options)
}

/** Promises only: a Fastify reply has a `then` too, and nobody has to wait for it. */
const isPromise = (type: ts.Type): boolean => {
  if (type.isUnionOrIntersection()) return type.types.some(isPromise)
  if (['Promise', 'PromiseLike'].includes(type.symbol?.name)) return true
  return type.isClassOrInterface() && (type.getBaseTypes() ?? []).some(isPromise)
}

/** `test(…)` and its like return promises that the runner itself waits for. */
const isTestCall = (checker: ts.TypeChecker, call: ts.CallExpression): boolean => {
  const declaration = checker.getResolvedSignature(call)?.declaration
  return declaration?.getSourceFile().fileName.endsWith('@types/node/test.d.ts') === true
}

const isHandled = ({ expression, arguments: handlers }: ts.CallExpression): boolean => {
  const method = ts.isPropertyAccessExpression(expression) ? expression.name.text : ''
  return (method === 'catch' && handlers.length > 0) || (method === 'then' && handlers.length > 1)
}

const isFloating = (checker: ts.TypeChecker, { expression }: ts.ExpressionStatement): boolean => {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression) || ts.isBinaryExpression(expression))
    return false
  if (ts.isCallExpression(expression) && (isHandled(expression) || isTestCall(checker, expression))) return false
  return isPromise(checker.getTypeAtLocation(expression))
}

const findIn = (checker: ts.TypeChecker, file: ts.SourceFile): string[] => {
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isExpressionStatement(node) && isFloating(checker, node)) {
      const { line, character } = file.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${relative(root, file.fileName)}:${line + 1}:${character + 1} ${node.getText().slice(0, 80)}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

const program = readProgram()
const files = program.getSourceFiles().filter(({ fileName }) => !fileName.includes('/node_modules/'))
const floating = files.flatMap(file => findIn(program.getTypeChecker(), file))
for (const line of floating) console.log(`nobody waits for this promise: ${line}`)
if (files.length === 0) console.log('no files were checked')
process.exitCode = floating.length === 0 && files.length > 0 ? 0 : 1
