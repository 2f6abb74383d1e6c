/** The directory a simulation writes its credentials to; what it wrote there is gone when it ends. */
import { Effect, FileSystem, Option, Path, type PlatformError, Schema } from "effect"
import { Identities, tokens } from "./Identities.ts"
import { Simulation } from "./Simulation.ts"

/** Somebody else's file has the name: it would be gone in the end. */
export class Occupied extends Schema.TaggedError<Occupied>()("Occupied", { path: Schema.String }) {
  override get message() {
    return `cannot write ${this.path}: it is there already; remove it, or choose another directory with --out`
  }
}

export interface OutputDirectory {
  readonly path: string
  /** Kubeconfig of an administrator, through the aggregation layer. */
  readonly kubeconfig: string
  readonly metricsServerKubeconfig: string
  readonly kubeletCa: string
  /** Where the metrics server may keep certificates. */
  readonly certDir: string
}

/** In the directory given, or in a fresh temporary one. Keys and tokens are for nobody but their owner to read. */
export const write = Effect.fnUntraced(function*(options: {
  readonly out: Option.Option<string>
  /** Where the metrics server itself listens. */
  readonly endpoint: string
}) {
  const fs = yield* FileSystem.FileSystem
  const { join } = yield* Path.Path
  const { clients, clusterCa, kubeletCa } = yield* Identities
  const { kubeconfigs } = yield* Simulation

  /** A directory that was there before stays. */
  const makeDirectory = Effect.fnUntraced(function*(path: string) {
    if (yield* fs.exists(path)) return path
    yield* Effect.acquireRelease(
      fs.makeDirectory(path, { recursive: true, mode: 0o700 }),
      () => Effect.ignore(fs.remove(path, { recursive: true, force: true }))
    )
    return path
  })
  const orOccupied = (path: string) =>
    Effect.mapError((error: PlatformError.PlatformError) =>
      error.reason._tag === "AlreadyExists" ? new Occupied({ path }) : error
    )
  /** Others write into it, so that nothing may be there before. */
  const makeOwnDirectory = (path: string) =>
    Effect.acquireRelease(
      orOccupied(path)(fs.makeDirectory(path, { mode: 0o700 })),
      () => Effect.ignore(fs.remove(path, { recursive: true, force: true }))
    )
  const writeFile = (path: string, text: string, mode: number) =>
    Effect.acquireRelease(
      orOccupied(path)(fs.writeFileString(path, text, { mode, flag: "wx" })),
      () => Effect.ignore(fs.remove(path, { force: true }))
    )

  const path = yield* Option.match(options.out, {
    onNone: () => fs.makeTempDirectoryScoped({ prefix: "metrics-server-simulation-" }),
    onSome: makeDirectory
  })
  const file = (name: string) => join(path, name)
  const written: OutputDirectory = {
    path,
    kubeconfig: file("kubeconfig"),
    metricsServerKubeconfig: file("metrics-server.kubeconfig"),
    kubeletCa: file("kubelet-ca.crt"),
    certDir: file("metrics-server-certificates")
  }
  yield* makeOwnDirectory(written.certDir)
  yield* makeDirectory(file("tokens"))
  yield* makeDirectory(file("clients"))
  const { metricsServer: _, ...ofClients } = tokens
  yield* Effect.all([
    writeFile(written.kubeconfig, kubeconfigs.admin, 0o600),
    writeFile(written.metricsServerKubeconfig, kubeconfigs.metricsServer, 0o600),
    writeFile(file("endpoint"), options.endpoint, 0o644),
    writeFile(file("ca.crt"), clusterCa.cert, 0o644),
    writeFile(written.kubeletCa, kubeletCa.cert, 0o644),
    ...Object.entries(ofClients).map(([name, token]) => writeFile(file(`tokens/${name}`), token, 0o600)),
    ...Object.entries(clients).flatMap(([name, { cert, key }]) => [
      writeFile(file(`clients/${name}.crt`), cert, 0o644),
      writeFile(file(`clients/${name}.key`), key, 0o600)
    ])
  ])
  return written
})
