/** The one seam to @kubernetes/client-node: credential plugins (`exec`) and providers (`oidc` and the older ones). */
import { Effect, Equal } from "effect"
import type { Access, Problems } from "./Credentials.ts"
import type { User } from "./Kubeconfig.ts"

/** The part of `https.RequestOptions` that client-node's authenticators fill in. */
interface Options {
  readonly headers: { Authorization?: string }
  cert?: string
  key?: string
}

interface Loaded {
  readonly user: User
  readonly fill: (options: Options) => Promise<void>
}

/** client-node keeps a plugin's answer until it expires, and so does this as long as the user is the same. */
export const make = () => {
  let loaded: Loaded | undefined

  return {
    /** The access, with what the user's plugin adds to it. */
    apply: Effect.fnUntraced(function*(access: Access, user: User): Effect.fn.Return<Access, Problems> {
      if (user.exec === undefined && user["auth-provider"] === undefined) return access
      if (loaded === undefined || !Equal.equals(loaded.user, user)) loaded = yield* load(access.server, user)
      const { fill } = loaded
      const options: Options = { headers: {} }
      yield* Effect.tryPromise({
        try: () => fill(options),
        catch: (
          cause
        ) => [`the user's credential plugin failed: ${cause instanceof Error ? cause.message : String(cause)}`]
      })
      const authorization = options.headers.Authorization
      return {
        ...access,
        ...authorization && { authorization },
        tls: { ...access.tls, ...options.cert && options.key && { cert: options.cert, key: options.key } }
      }
    }),
    /** The last answer was refused: ask again. */
    forget: () => {
      loaded = undefined
    }
  }
}

/** Loaded for a user who needs it only: it costs half a second and 80 MB, and a service account uses none of it. */
const load = Effect.fnUntraced(function*(server: string, user: User): Effect.fn.Return<Loaded> {
  const { KubeConfig } = yield* Effect.promise(() => import("@kubernetes/client-node/dist/config.js"))
  const config = new KubeConfig()
  config.loadFromClusterAndUser(
    { name: "cluster", server, skipTLSVerify: true },
    { name: "user", exec: user.exec, authProvider: user["auth-provider"] }
  )
  return { user, fill: (options) => config.applyToHTTPSOptions(options) }
})
