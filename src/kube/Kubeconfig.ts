/** A kubeconfig as data: the cluster and the user that its current context names, or everything that is wrong with it. */
import { Result, Schema, SchemaIssue } from "effect"
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

const Kubeconfig = Schema.Struct({
  "current-context": Schema.NonEmptyString,
  clusters: list(Schema.Struct({ name: Schema.String, cluster: Cluster })),
  users: list(Schema.Struct({ name: Schema.String, user: Schema.NullOr(User) })),
  contexts: list(Schema.Struct({ name: Schema.String, context: Context }))
})

/** One way into a cluster. */
export interface Entry {
  readonly cluster: Cluster
  readonly user: User
}

export const parse = (content: string): Result.Result<Entry, ReadonlyArray<string>> =>
  Result.try({ try: () => Yaml.parse(content), catch: (cause) => [`it is not YAML: ${String(cause)}`] }).pipe(
    Result.flatMap((yaml) => Result.mapError(decode(yaml, { errors: "all" }), ({ issue }) => explain(issue))),
    Result.flatMap(resolve)
  )

const decode = Schema.decodeUnknownResult(Kubeconfig)

const explain = (issue: SchemaIssue.Issue) =>
  SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues.map(({ message, path = [] }) =>
    `${path.map((key) => typeof key === "object" ? key.key : key).join(".") || "the file"}: ${message}`
  )

const resolve = (config: typeof Kubeconfig.Type): Result.Result<Entry, ReadonlyArray<string>> => {
  const name = config["current-context"]
  const context = config.contexts?.find((_) => _.name === name)?.context
  if (context === undefined) return Result.fail([`current-context: no context is called "${name}"`])

  const cluster = config.clusters?.find((_) => _.name === context.cluster)?.cluster
  const user = context.user ? config.users?.find((_) => _.name === context.user) : anonymous
  const problems = [
    ...cluster === undefined ? [`context "${name}": no cluster is called "${context.cluster}"`] : [],
    ...user === undefined ? [`context "${name}": no user is called "${context.user}"`] : [],
    ...unsupported.filter((key) => user?.user?.[key] !== undefined).map((key) =>
      `user "${context.user}": ${key} is not supported, impersonate a user by "as" alone`
    )
  ]
  return cluster === undefined || user === undefined || problems.length > 0
    ? Result.fail(problems)
    : Result.succeed({ cluster, user: user.user ?? {} })
}

const anonymous: { readonly user: User } = { user: {} }

const unsupported = ["as-uid", "as-groups", "as-user-extra"] as const
