/** The one seam to @kubernetes/client-node: credential plugins (`exec`) and providers (`oidc` and the older ones). */
import { Effect, Equal } from "effect"
import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process"
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
  /** Until the signal comes: then the plugin that it runs is killed. */
  readonly fill: (options: Options, signal: AbortSignal) => Promise<void>
}

/** client-node keeps a plugin's answer until it expires, and so does this as long as the user is the same. */
export const make = () => {
  let loaded: Loaded | undefined

  return {
    /** The access, with what the user's plugin adds to it. */
    apply: Effect.fnUntraced(function*(access: Access, user: User): Effect.fn.Return<Access, Problems> {
      if (user.exec === undefined && user["auth-provider"] === undefined) return access
      if (loaded === undefined || !Equal.equals(loaded.user, user)) loaded = yield* load(user)
      const { fill } = loaded
      const options: Options = { headers: {} }
      yield* Effect.tryPromise({
        try: (signal) => fill(options, signal),
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

/** Loaded for a user who needs one, and the others stay away: together they cost half a second and 80 MB. */
const load = Effect.fnUntraced(function*(user: User): Effect.fn.Return<Loaded> {
  let until: AbortSignal | undefined
  const run: Run = (command, args, options) =>
    spawn(command, args, { ...options, signal: until, killSignal: "SIGKILL" })
  const known = yield* Effect.promise(() => user.exec === undefined ? providers(run) : plugins(run))
  const named = { name: "user", exec: user.exec, authProvider: user["auth-provider"] }
  const authenticator = known.find((it) => it.isAuthProvider(named))
  return {
    user,
    fill: async (options, signal) => {
      until = signal
      await authenticator?.applyAuthentication(named, options)
    }
  }
})

type Run = (command: string, args: ReadonlyArray<string>, options: SpawnOptions) => ChildProcess

const plugins = async (run: Run) => {
  const { ExecAuth } = await import("@kubernetes/client-node/dist/exec_auth.js")
  return [Object.defineProperty(new ExecAuth(), "execFn", { value: run })]
}

/** All that client-node's KubeConfig would ask, in its order. */
const providers = async (run: Run) => {
  const { AzureAuth } = await import("@kubernetes/client-node/dist/azure_auth.js")
  const { GoogleCloudPlatformAuth } = await import("@kubernetes/client-node/dist/gcp_auth.js")
  const { FileAuth } = await import("@kubernetes/client-node/dist/file_auth.js")
  const { OpenIDConnectAuth } = await import("@kubernetes/client-node/dist/oidc_auth.js")
  return [
    new AzureAuth(),
    new GoogleCloudPlatformAuth(),
    ...await plugins(run),
    new FileAuth(),
    new OpenIDConnectAuth()
  ]
}
