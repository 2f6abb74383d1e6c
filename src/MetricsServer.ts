/** The wiring, on one screen: what the server is made of, and what each part needs. */
import { Duration, Effect, type FileSystem, Layer, Option, type Path } from "effect"
import manifest from "../package.json" with { type: "json" }
import { Nodes } from "./discover/Nodes.ts"
import { Pods } from "./discover/Pods.ts"
import { Kube, type KubeError, type KubeOptions } from "./kube/Kube.ts"
import { Health } from "./observe/Health.ts"
import * as Otlp from "./observe/Otlp.ts"
import * as Probes from "./observe/Probes.ts"
import * as Scrapes from "./observe/Scrapes.ts"
import * as Statusz from "./observe/Statusz.ts"
import * as Telemetry from "./observe/Telemetry.ts"
import type { Options } from "./Options.ts"
import { Kubelet } from "./scrape/Kubelet.ts"
import { KubeletClient } from "./scrape/KubeletClient.ts"
import { KubeletTls } from "./scrape/KubeletTls.ts"
import * as Scraper from "./scrape/Scraper.ts"
import { ScrapeStatus } from "./scrape/ScrapeStatus.ts"
import { Access } from "./serve/auth/Access.ts"
import { Authentication } from "./serve/auth/Authentication.ts"
import { AuthenticationConfig } from "./serve/auth/AuthenticationConfig.ts"
import { Authorization } from "./serve/auth/Authorization.ts"
import { BearerToken } from "./serve/auth/BearerToken.ts"
import * as ConnectionLimits from "./serve/ConnectionLimits.ts"
import * as Https from "./serve/Https.ts"
import { MetricsApi } from "./serve/MetricsApi.ts"
import * as Routes from "./serve/Routes.ts"
import { MetricsStore } from "./store/MetricsStore.ts"

export const version = manifest.version

/** What a self-signed certificate is for: this machine, and the Service of the manifests. */
const servingNames = [
  "localhost",
  "127.0.0.1",
  "metrics-server",
  "metrics-server.kube-system",
  "metrics-server.kube-system.svc",
  "metrics-server.kube-system.svc.cluster.local"
]

const routes = (options: Options) =>
  Layer.unwrap(Effect.gen(function*() {
    const extra = yield* Effect.all([Probes.routes, Scrapes.routes, Statusz.routes({ version }), Telemetry.routes])
    return Layer.provideMerge(
      Health.layerStop(options.requests),
      Routes.layer({ version, extra: extra.flat(), requests: options.requests })
    )
  }))

/** Who is let in, and to what. */
const access = ({ authentication, authorization, frontProxy }: Options) =>
  Access.layer.pipe(
    Layer.provide([
      Authentication.layer,
      asking({ ...authorization, flag: "--authorization-kubeconfig" }, Authorization.layer(authorization))
    ]),
    Layer.provide(asking(
      { ...authentication, flag: "--authentication-kubeconfig" },
      Layer.merge(
        BearerToken.layer(authentication),
        AuthenticationConfig.layer({ ...authentication, requestHeader: frontProxy })
      )
    ))
  )

/** With the kube-apiserver of a kubeconfig of its own, where one is given. */
const asking = <A, E>(
  options: KubeOptions,
  layer: Layer.Layer<A, E, Kube | FileSystem.FileSystem>
): Layer.Layer<A, E | KubeError, Kube | FileSystem.FileSystem | Path.Path> =>
  Option.isSome(options.kubeconfig) ? Layer.provide(layer, Kube.layer(options)) : layer

/** Everything between the seams: kubelets, the kube-apiserver and the listening socket are given from outside. */
export const layerNoEdges = (options: Options) => {
  const { kubelet, server } = options
  const retention = Option.getOrElse(server.retention, () => Duration.times(server.resolution, 4))
  return Layer.mergeAll(routes(options), Scraper.layer(server)).pipe(
    Layer.provide([
      access(options),
      MetricsApi.layer(server),
      Health.layer({ ...server, ...options.requests }),
      Telemetry.layer(kubelet)
    ]),
    Layer.provide([
      MetricsStore.layer({ ...server, retention }),
      ScrapeStatus.layer,
      Kubelet.layer(kubelet),
      Nodes.layer(server),
      Pods.layer
    ])
  )
}

/** The whole server. */
export const layer = (options: Options) => {
  const { certDir, certFile, keyFile, tlsSniCertKey, ...serving } = options.serving
  const given = Option.all({ certFile, keyFile })
  const certificate = { given, dir: certDir, names: servingNames, named: tlsSniCertKey }
  return layerNoEdges(options).pipe(
    Layer.provide([
      KubeletClient.layer(options.kubelet),
      Https.layer({ ...serving, certificate, protocols: serving, limits: ConnectionLimits.make(options.requests) })
    ]),
    Layer.provide(KubeletTls.layer(options.kubelet)),
    Layer.provide(Kube.layer(options.server)),
    Layer.provide(Otlp.layer({ version }))
  )
}
