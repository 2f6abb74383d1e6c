/** Published types as the schema objects of OpenAPI, in the dialects of its versions 2 and 3. */
import { type Schema, SchemaAST } from "effect"

export interface SchemaObject {
  readonly $ref?: string
  readonly description?: string
  readonly type?: string
  readonly format?: string
  readonly default?: unknown
  readonly uniqueItems?: boolean
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, SchemaObject>>
  readonly items?: SchemaObject
  readonly additionalProperties?: SchemaObject
  readonly allOf?: ReadonlyArray<SchemaObject>
  readonly oneOf?: ReadonlyArray<SchemaObject>
  readonly [extension: `x-kubernetes-${string}`]: unknown
}

export type Dialect = "v2" | "v3"

const root = { v2: "#/definitions/", v3: "#/components/schemas/" } as const

/** What stands where a type is meant. */
export const reference = (dialect: Dialect, type: Schema.Top): SchemaObject => inline(dialect, type.ast)

/** The types given and all that they refer to, by name. */
export const definitions = (
  dialect: Dialect,
  types: Iterable<Schema.Top>
): Readonly<Record<string, SchemaObject>> => {
  const found = new Map<string, SchemaObject>()
  const visit = (ast: SchemaAST.AST) => {
    const name = SchemaAST.resolveIdentifier(ast)
    if (name !== undefined && found.has(name)) return
    if (name !== undefined) found.set(name, { ...notesOf(SchemaAST.resolve(ast)), ...shape(dialect, ast) })
    parts(ast).forEach(visit)
  }
  for (const type of types) visit(type.ast)
  return sorted(found)
}

/** Fields in the order of their names, as Go writes maps: a document is then one text, and has one hash. */
export const sorted = <A>(fields: Iterable<readonly [string, A]>): Readonly<Record<string, A>> =>
  Object.fromEntries([...fields].sort(([a], [b]) => a < b ? -1 : 1))

const inline = (dialect: Dialect, ast: SchemaAST.AST): SchemaObject => {
  const name = SchemaAST.resolveIdentifier(ast)
  return name === undefined ? shape(dialect, ast) : { $ref: `${root[dialect]}${name}` }
}

const shape = (dialect: Dialect, ast: SchemaAST.AST): SchemaObject => {
  switch (ast._tag) {
    case "String":
      return { type: "string" }
    case "Boolean":
      return { type: "boolean" }
    case "Number": {
      const { format } = notesOf(SchemaAST.resolve(ast))
      return format === undefined ? { type: "number" } : { type: "integer", format }
    }
    case "Arrays":
      return { type: "array", ...Object.fromEntries(ast.rest.map((item) => ["items", inline(dialect, item)])) }
    case "Objects": {
      const fields = ast.propertySignatures.map(({ name, type }) => ({ name: String(name), type }))
      const required = fields.filter(({ type }) => !SchemaAST.isOptional(type)).map(({ name }) => name)
      return {
        type: "object",
        ...Object.fromEntries(ast.indexSignatures.map(({ type }) => ["additionalProperties", inline(dialect, type)])),
        ...(required.length === 0 ? {} : { required }),
        ...(fields.length === 0 ? {} : {
          properties: sorted(fields.map(({ name, type }) => [name, property(dialect, type)] as const))
        })
      }
    }
    case "Union":
      // Version 2 has no word for it, and Kubernetes says the first.
      return dialect === "v3"
        ? { oneOf: ast.types.map((type) => inline(dialect, type)) }
        : ast.types.slice(0, 1).reduce<SchemaObject>((_, type) => inline(dialect, type), {})
    default:
      throw new Error(`OpenAPI has no word for ${ast._tag}`)
  }
}

const property = (dialect: Dialect, ast: SchemaAST.AST): SchemaObject => {
  const { default: given, ...notes } = notesOf(ast.context?.annotations)
  const value = inline(dialect, ast)
  if (dialect === "v2") return { ...notes, ...value }
  const fallback = given ?? (SchemaAST.isOptional(ast) ? undefined : zero[value.type ?? ""])
  const about = fallback === undefined ? notes : { ...notes, default: fallback }
  // In version 3 nothing may stand beside a reference.
  return value.$ref === undefined || Object.keys(about).length === 0
    ? { ...about, ...value }
    : { ...about, allOf: [value] }
}

/** What Go reads where a field that is always there is missing nevertheless. */
const zero: Readonly<Record<string, unknown>> = { string: "", boolean: false }

const parts = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> => {
  switch (ast._tag) {
    case "Arrays":
      return ast.rest
    case "Objects":
      return [...ast.propertySignatures, ...ast.indexSignatures].map(({ type }) => type)
    default:
      return []
  }
}

const notesOf = (annotations: Schema.Annotations.Annotations | undefined): SchemaObject =>
  Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => isNote(key)))

const isNote = (key: string) => ["description", "format", "default"].includes(key) || key.startsWith("x-kubernetes-")
