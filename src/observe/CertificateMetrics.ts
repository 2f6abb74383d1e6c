/** Follows the client certificates that we show to the kube-apiserver and to kubelets, and tells when they expire. */
import { Effect, FileSystem, Layer, Option, Schedule } from "effect"
import * as CertificateExpiry from "../CertificateExpiry.ts"
import { Kube } from "../kube/Kube.ts"

export const layer = ({ clientCertificate }: {
  /** For kubelets, where it is not the one for the kube-apiserver. */
  readonly clientCertificate: Option.Option<string>
}) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const kube = yield* Kube
    const fs = yield* FileSystem.FileSystem
    const forKube = yield* CertificateExpiry.of("kube-apiserver-client")
    const forKubelets = yield* CertificateExpiry.of("kubelet-client")
    // What cannot be read is complained of by those who use it.
    const look = Effect.gen(function*() {
      const { cert } = yield* kube.credentials
      if (Option.isSome(cert)) forKube(cert.value)
      const kubelets = Option.isSome(clientCertificate)
        ? Option.some(yield* fs.readFileString(clientCertificate.value))
        : cert
      if (Option.isSome(kubelets)) forKubelets(kubelets.value)
    }).pipe(Effect.ignore)
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("1 minute")))
  }))
