/** The way to the kubelets: an HTTP client with their certificate authority and our client certificate. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Context, Duration, Effect, FileSystem, Layer, Option, Schema } from "effect"
import type { HttpClient } from "effect/http"
import { Kube } from "../kube/Kube.ts"

/** A file that secures the connections to kubelets cannot be used. */
export class KubeletTlsError extends Schema.TaggedError<KubeletTlsError>()("KubeletTlsError", {
  flag: Schema.String,
  path: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot read ${this.path} (${this.flag}): ${this.cause instanceof Error ? this.cause.message : this.cause}`
  }
}

export interface KubeletTlsOptions {
  readonly insecure: boolean
  readonly certificateAuthority: Option.Option<string>
  readonly clientCertificate: Option.Option<string>
  readonly clientKey: Option.Option<string>
  readonly requestTimeout: Duration.Duration
}

/** What a scrape's requests go through. Tests put scripted kubelets here and keep every layer above. */
export class KubeletClient extends Context.Service<KubeletClient, HttpClient.HttpClient>()(
  "metrics-server/scrape/KubeletClient"
) {
  /** One kept connection per kubelet: a request costs a tenth of a full handshake. */
  static layer(options: KubeletTlsOptions) {
    return Layer.unwrap(Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const ours = yield* (yield* Kube).credentials
      const file = (flag: string, path: Option.Option<string>, fallback: Option.Option<string>) =>
        Option.match(path, {
          onNone: () => Effect.succeed(fallback),
          onSome: (path) =>
            fs.readFileString(path).pipe(
              Effect.asSome,
              Effect.mapError((cause) => new KubeletTlsError({ flag, path, cause }))
            )
        })
      const ca = yield* file("--kubelet-certificate-authority", options.certificateAuthority, ours.ca)
      const cert = yield* file("--kubelet-client-certificate", options.clientCertificate, ours.cert)
      const key = yield* file("--kubelet-client-key", options.clientKey, ours.key)
      const connect = {
        timeout: Duration.toMillis(options.requestTimeout),
        rejectUnauthorized: !options.insecure,
        ...Option.isSome(ca) && !options.insecure && { ca: ca.value },
        ...Option.isSome(cert) && { cert: cert.value },
        ...Option.isSome(key) && { key: key.value }
      }
      return Layer.effect(KubeletClient, NodeHttpClient.makeUndici).pipe(
        Layer.provide(NodeHttpClient.layerDispatcherOptions({
          // One request at a time: HTTP/2 would have nothing to multiplex, and costs more memory a connection.
          allowH2: false,
          connections: 1,
          pipelining: 1,
          keepAliveTimeout: 120_000,
          keepAliveMaxTimeout: 600_000,
          connect
        }))
      )
    }))
  }
}
