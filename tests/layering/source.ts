import ts from 'typescript'

export interface Import {
  specifier: string
  /** `static` runs when the module loads, `dynamic` when the call is reached, `type` never. */
  kind: 'static' | 'dynamic' | 'type'
  /** What is taken of it, types left out; `*` where that is everything. */
  names: string[]
}

/** The facts of one file that the rules judge. */
export interface Source {
  /** Relative to the repository, with slashes. */
  path: string
  lines: number
  imports: Import[]
  functions: { name: string; lines: number }[]
  /** String literals and the texts of templates, with a space for each substitution. */
  texts: string[]
  /** What is read of `process`, such as `env`. */
  processMembers: string[]
  /** Names of Node's globals that are used. */
  nodeGlobals: string[]
  /** Names of globals that send requests. */
  callers: string[]
  /** Re-exports others and declares nothing itself. */
  barrel: boolean
}

const nodeGlobalNames = new Set([
  'process',
  'Buffer',
  'setImmediate',
  'clearImmediate',
  '__dirname',
  '__filename',
  'require',
])

const namesOf = ({ importClause: clause }: ts.ImportDeclaration): string[] => {
  const bindings = clause?.namedBindings
  const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : undefined
  return [
    ...(clause?.name !== undefined || (bindings !== undefined && !named) ? ['*'] : []),
    ...(named?.filter(({ isTypeOnly }) => !isTypeOnly).map(({ propertyName, name }) => (propertyName ?? name).text) ??
      []),
  ]
}

const importOf = (node: ts.Node): Import | undefined => {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const kind = node.importClause?.isTypeOnly ? 'type' : 'static'
    return { specifier: node.moduleSpecifier.text, kind, names: kind === 'type' ? [] : namesOf(node) }
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? 'type' : 'static', names: ['*'] }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
    return { specifier: node.argument.literal.text, kind: 'type', names: [] }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined
  const [argument] = node.arguments
  return argument !== undefined && ts.isStringLiteralLike(argument)
    ? { specifier: argument.text, kind: 'dynamic', names: ['*'] }
    : undefined
}

const textOf = (node: ts.Node): string | undefined => {
  if (ts.isStringLiteralLike(node)) return node.text
  if (!ts.isTemplateExpression(node)) return undefined
  return [node.head.text, ...node.templateSpans.map(span => span.literal.text)].join(' ')
}

const isProcess = (node: ts.Node | undefined): boolean =>
  node !== undefined &&
  ((ts.isIdentifier(node) && node.text === 'process') ||
    (ts.isPropertyAccessExpression(node) && node.name.text === 'process' && node.expression.getText() === 'globalThis'))

const elementNames = (names: ts.NodeArray<ts.BindingElement | ts.ImportSpecifier>): string[] =>
  names.map(element => (element.propertyName ?? element.name).getText())

/** `process.env`, `process['env']`, `const { env } = process`, `import { env } from 'node:process'`. */
const processMembersOf = (node: ts.Node): string[] => {
  if (ts.isPropertyAccessExpression(node) && isProcess(node.expression)) return [node.name.text]
  if (ts.isElementAccessExpression(node) && isProcess(node.expression))
    return [textOf(node.argumentExpression) ?? '[computed]']
  if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name) && isProcess(node.initializer))
    return elementNames(node.name.elements)
  if (!ts.isImportDeclaration(node) || importOf(node)?.specifier.replace('node:', '') !== 'process') return []
  const bindings = node.importClause?.namedBindings
  return bindings !== undefined && ts.isNamedImports(bindings) ? elementNames(bindings.elements) : []
}

const isNodeGlobal = (node: ts.Node): node is ts.Identifier =>
  ts.isIdentifier(node) &&
  nodeGlobalNames.has(node.text) &&
  !(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) &&
  !(ts.isPropertyAssignment(node.parent) && node.parent.name === node) &&
  !ts.isPropertySignature(node.parent)

const callerNames = new Set(['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'])

/** By its name, or as a member of `globalThis`. A member of something else, or a type, is another thing. */
const isCaller = (node: ts.Node): node is ts.Identifier => {
  if (!ts.isIdentifier(node) || !callerNames.has(node.text)) return false
  const { parent } = node
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent) || ts.isPropertySignature(parent)) return false
  if (ts.isPropertyAssignment(parent) && parent.name === node) return false
  return (
    !(ts.isPropertyAccessExpression(parent) && parent.name === node) || parent.expression.getText() === 'globalThis'
  )
}

const functionName = (node: ts.FunctionLikeDeclaration): string => {
  if (node.name !== undefined) return node.name.getText()
  const { parent } = node
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText()
  const argument = ts.isCallExpression(parent) ? parent.arguments[0] : undefined
  return (argument !== undefined && textOf(argument)) || '(anonymous)'
}

const isOwn = (specifier: string): boolean => /^(\.|@codetether\/)/.test(specifier)
const isReExport = (statement: ts.Statement): boolean => ts.isExportDeclaration(statement)
const isForeign = (statement: ts.Statement): boolean => !isOwn(importOf(statement)?.specifier ?? '.')

/** A file may give a library's function a name of ours; it may not collect our own modules. */
const isBarrel = ({ statements }: ts.SourceFile): boolean =>
  statements.some(isReExport) &&
  statements.every(statement => isReExport(statement) || ts.isImportDeclaration(statement)) &&
  !statements.every(isForeign)

const linesOf = (file: ts.SourceFile, node: ts.Node): number => {
  const line = (position: number): number => file.getLineAndCharacterOfPosition(position).line
  return line(node.end) - line(node.getStart()) + 1
}

/** Reads the facts of a file from its text. */
export const readSource = (path: string, text: string): Source => {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  const source: Source = {
    path,
    lines,
    imports: [],
    functions: [],
    texts: [],
    processMembers: [],
    nodeGlobals: [],
    callers: [],
    barrel: isBarrel(file),
  }
  const visit = (node: ts.Node): void => {
    const [found, literal] = [importOf(node), textOf(node)]
    if (found !== undefined) source.imports.push(found)
    if (literal !== undefined) source.texts.push(literal)
    source.processMembers.push(...processMembersOf(node))
    if (isNodeGlobal(node)) source.nodeGlobals.push(node.text)
    if (isCaller(node)) source.callers.push(node.text)
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined)
      source.functions.push({ name: functionName(node), lines: linesOf(file, node) })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return source
}
