/** A kubeconfig as data: the cluster and the user that its current context names, or everything that is wrong with it. */
import { Predicate, Result, Schema, SchemaIssue } from "effect"
import { Yaml } from "effect/encoding"

/** Go writes an absent list as null. */
const list = <S extends Schema.Constraint>(item: S) => Schema.optionalKey(Schema.NullOr(Schema.Array(item)))

const text = Schema.optionalKey(Schema.String)

export const Cluster = Schema.Struct({
  // No user and password in it: the server is told in logs.
  server: Schema.String.check(
    Schema.isPattern(/^https?:\/\/[^/@]+(\/.*)?$/, { expected: "a URL such as https://10.0.0.1:6443" })
  ),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": Schema.optionalKey(Schema.Boolean),
  "tls-server-name": text,
  "proxy-url": Schema.optionalKey(
    Schema.String.check(
      Schema.isPattern(/^(https?|socks5?):\/\/[^/]/, { expected: "a URL with the scheme http, https or socks5" })
    )
  )
})
export type Cluster = typeof Cluster.Type

export const User = Schema.Struct({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  as: text,
  "as-uid": Schema.optionalKey(Schema.Unknown),
  "as-groups": Schema.optionalKey(Schema.Unknown),
  "as-user-extra": Schema.optionalKey(Schema.Unknown),
  /** What client-node understands: a credential plugin, and the older providers such as oidc. */
  exec: Schema.optionalKey(Schema.Unknown),
  "auth-provider": Schema.optionalKey(Schema.Unknown)
})
export type User = typeof User.Type

const Context = Schema.Struct({ cluster: Schema.String, user: text })

/** What is in an entry matters where it is chosen, and nowhere else. */
const Kubeconfig = Schema.Struct({
  "current-context": Schema.NonEmptyString,
  clusters: list(Schema.Struct({ name: Schema.String, cluster: Schema.optionalKey(Schema.Unknown) })),
  users: list(Schema.Struct({ name: Schema.String, user: Schema.optionalKey(Schema.Unknown) })),
  contexts: list(Schema.Struct({ name: Schema.String, context: Schema.optionalKey(Schema.Unknown) }))
})

/** One way into a cluster. */
export interface Entry {
  readonly cluster: Cluster
  readonly user: User
}

type Problems = ReadonlyArray<string>

export const parse = (content: string): Result.Result<Entry, Problems> =>
  Result.try({ try: () => Yaml.parse(content), catch: (cause) => [`it is not YAML: ${String(cause)}`] }).pipe(
    Result.flatMap((yaml) => decoded(Kubeconfig, yaml, "the file")),
    Result.flatMap(resolve)
  )

const decoded = <A>(schema: Schema.Decoder<A>, value: unknown, what: string): Result.Result<A, Problems> =>
  Result.mapError(
    Schema.decodeUnknownResult(schema)(value, { errors: "all" }),
    ({ issue }) =>
      SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues.map(({ message, path = [] }) => {
        const where = path.map((key) => typeof key === "object" ? key.key : key).join(".")
        return `${what}: ${where && `${where}: `}${message}`
      })
  )

/** The same without what says nothing: Go writes what is not there as null, as an empty text, or as an empty list. */
const given = (value: unknown) =>
  Predicate.isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => !saysNothing(field)))
    : value ?? {}

const saysNothing = (field: unknown) =>
  field === null || field === "" || typeof field === "object" && Object.keys(field).length === 0

const resolve = (config: typeof Kubeconfig.Type): Result.Result<Entry, Problems> => {
  const name = config["current-context"]
  const context = config.contexts?.find((_) => _.name === name)
  if (context === undefined) return Result.fail([`current-context: no context is called "${name}"`])
  return Result.flatMap(decoded(Context, given(context.context), `context "${name}"`), (context) => {
    const missing = (what: string): Result.Result<never, Problems> => Result.fail([`context "${name}": no ${what}`])
    const cluster = config.clusters?.find((_) => _.name === context.cluster)
    const user = context.user === undefined ? anonymous : config.users?.find((_) => _.name === context.user)
    return both(
      cluster === undefined ? missing(`cluster is called "${context.cluster}"`) : clusterOf(cluster),
      user === undefined ? missing(`user is called "${context.user}"`) : userOf(user)
    )
  })
}

const anonymous = { name: "" }

const clusterOf = ({ cluster, name }: { readonly name: string; readonly cluster?: unknown }) =>
  decoded(Cluster, given(cluster), `cluster "${name}"`)

const userOf = ({ name, user }: { readonly name: string; readonly user?: unknown }) =>
  Result.filterOrFail(
    decoded(User, given(user), `user "${name}"`),
    (user) => unsupported.every((key) => user[key] === undefined),
    (user) =>
      unsupported.filter((key) => user[key] !== undefined).map((key) =>
        `user "${name}": ${key} is not supported, impersonate a user by "as" alone`
      )
  )

/** With the problems of both. */
const both = (cluster: Result.Result<Cluster, Problems>, user: Result.Result<User, Problems>) =>
  Result.isSuccess(cluster) && Result.isSuccess(user)
    ? Result.succeed({ cluster: cluster.success, user: user.success })
    : Result.fail([...problemsOf(cluster), ...problemsOf(user)])

const problemsOf = (result: Result.Result<unknown, Problems>) => Result.isFailure(result) ? result.failure : []

const unsupported = ["as-uid", "as-groups", "as-user-extra"] as const
