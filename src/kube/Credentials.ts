/** The ways into a cluster: a kubeconfig or a service account, with the files they name, read afresh each time. */
import { Config, Effect, FileSystem, Path, Record, Result } from "effect"
import { Base64 } from "effect/encoding"
import { isIPv6 } from "node:net"
import * as Pem from "../Pem.ts"
import { type Entry, parse, type User } from "./Kubeconfig.ts"

export interface Tls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly servername?: string
  readonly rejectUnauthorized: boolean
}

/** What requests to the kube-apiserver are made of. */
export interface Access {
  readonly server: string
  readonly authorization?: string
  readonly impersonate?: string
  readonly tls: Tls
  readonly proxy?: string
}

/** Everything that is wrong at once, each with the field it was found in. */
export type Problems = ReadonlyArray<string>

/** Where the way into a cluster is written down. */
export interface Source {
  readonly name: string
  /** What to do when it cannot be used. */
  readonly advice: string
  /** As the files say at this moment; a credential plugin may have more to add. */
  readonly read: Effect.Effect<{ readonly access: Access; readonly user: User }, Problems>
}

/** A kubeconfig, and the flag that gave it. */
export const fromFile = Effect.fnUntraced(function*(file: string, flag: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const read = yield* filesFrom(path.dirname(path.resolve(file)))
  const source: Source = {
    name: `kubeconfig ${file}`,
    advice: `correct the file, or give another with ${flag}`,
    read: fs.readFileString(file).pipe(
      Effect.mapError((error): Problems => [`the file cannot be read (${error.reason._tag})`]),
      Effect.flatMap((content) => Effect.fromResult(parse(content))),
      Effect.flatMap(read)
    )
  }
  return source
})

/** As a pod finds it: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod */
export const inCluster = Effect.fnUntraced(function*(directory: string) {
  const read = yield* filesFrom(directory)
  const server = yield* Effect.validate(["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"], environment).pipe(
    Effect.map(([host = "", port]) => `https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    Effect.result
  )
  const source: Source = {
    name: `service account ${directory}`,
    advice: "run in a pod that mounts its service-account token, or give --kubeconfig",
    read: Effect.flatMap(
      Effect.fromResult(server),
      (server) => read({ cluster: { server, "certificate-authority": "ca.crt" }, user: { tokenFile: "token" } })
    )
  }
  return source
})

const environment = (name: string) =>
  Effect.mapError(Config.NonEmptyString(name), () => `the environment has no ${name}`)

/** Reads the files that an entry names, relative to a directory. */
const filesFrom = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path

  const file = (field: string, name: string) =>
    fs.readFileString(path.resolve(directory, name)).pipe(
      Effect.mapError((error) => `${field}: ${path.resolve(directory, name)} cannot be read (${error.reason._tag})`)
    )

  /** Who empties it before writing it anew has not taken the old one back. */
  const tokenOf = (name: string) =>
    Effect.filterOrFail(
      file("tokenFile", name),
      (token) => token.trim() !== "",
      () => `tokenFile: ${path.resolve(directory, name)} is empty`
    )

  /** Data stands above the file, as in client-go. */
  const pem = (field: string, name: string | undefined, data: string | undefined) => {
    if (data) {
      return Effect.mapError(Effect.fromResult(Base64.decodeString(data)), () => `${field}-data: it is not base64`)
    }
    return name ? file(field, name) : Effect.undefined
  }

  return Effect.fnUntraced(function*({ cluster, user }: Entry): Effect.fn.Return<
    { readonly access: Access; readonly user: User },
    Problems
  > {
    const read = yield* Effect.all({
      ca: pem("certificate-authority", cluster["certificate-authority"], cluster["certificate-authority-data"]),
      cert: pem("client-certificate", user["client-certificate"], user["client-certificate-data"]),
      key: pem("client-key", user["client-key"], user["client-key-data"]),
      token: user.tokenFile ? tokenOf(user.tokenFile) : Effect.succeed(user.token)
    }, { mode: "result" })
    const { ca, cert, key, token } = Record.map(read, (result) => Result.getOrUndefined(result)?.trim())
    const authorities = ca === undefined
      ? Result.succeed(undefined)
      : Result.map(Pem.certificates(ca), Pem.text)

    const problems = [
      ...Object.values(read).filter(Result.isFailure).map(({ failure }) => failure),
      ...Result.match(authorities, {
        onSuccess: () => [],
        onFailure: (problem) => [`certificate-authority: ${problem}`]
      }),
      ...Result.isSuccess(read.cert) && Result.isSuccess(read.key) ? checkPair(cert, key) : []
    ]
    if (problems.length > 0) return yield* Effect.fail(problems)

    const basic = user.username && `Basic ${Base64.encode(`${user.username}:${user.password ?? ""}`)}`
    const authorization = token ? `Bearer ${token}` : basic
    const access = {
      server: cluster.server,
      ...authorization && { authorization },
      ...user.as && { impersonate: user.as },
      ...cluster["proxy-url"] && { proxy: cluster["proxy-url"] },
      tls: {
        rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
        ...cluster["tls-server-name"] && { servername: cluster["tls-server-name"] },
        ...Result.isSuccess(authorities) && authorities.success && { ca: authorities.success },
        ...cert && key && { cert, key }
      }
    }
    return { access, user }
  })
})

/** A pair that is being replaced may not fit for a moment: better the old one than none. */
const checkPair = (cert: string | undefined, key: string | undefined): Problems => {
  if (cert === undefined && key === undefined) return []
  if (cert === undefined) return ["client-certificate: missing, though there is a client-key"]
  if (key === undefined) return ["client-key: missing, though there is a client-certificate"]
  return Result.match(Pem.open({ cert, key }), {
    onSuccess: () => [],
    onFailure: ({ part, problem }) => [`client-${part === "cert" ? "certificate" : "key"}: ${problem}`]
  })
}
