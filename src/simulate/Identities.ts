/** Who can be who in the simulated cluster: fixed tokens, client certificates, and the authorities that sign them. */
import { Context, Effect, Layer } from "effect"
import type { UserInfo } from "./Attributes.ts"
import * as Authority from "./Authority.ts"

const serviceAccount = (namespace: string, name: string): UserInfo => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  uid: `simulated-${namespace}-${name}`,
  groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"]
})

/** The tokens a client may present. They are no secret: this cluster lives on loopback and holds nothing. */
export const tokens = {
  reader: "simulated.token.reader",
  forbidden: "simulated.token.forbidden",
  nobody: "simulated.token.nobody",
  admintoken: "simulated.token.admintoken",
  /** The service account the metrics server runs as. */
  metricsServer: "simulated.token.metrics-server"
} as const

const users: ReadonlyMap<string, UserInfo> = new Map([
  [tokens.reader, serviceAccount("default", "reader")],
  [tokens.forbidden, serviceAccount("default", "forbidden")],
  [tokens.nobody, { username: "nobody", groups: ["some-group", "system:authenticated"] }],
  [tokens.admintoken, { username: "admin", groups: ["system:masters", "system:authenticated"] }],
  [tokens.metricsServer, serviceAccount("kube-system", "metrics-server")]
])

/** The token of any other service account. */
export const serviceAccountToken = (namespace: string, name: string) => `simulated.serviceaccount.${namespace}.${name}`

/** Who presents this token. */
export const userOfToken = (token: string): UserInfo | undefined => {
  const [, namespace, name] = /^simulated\.serviceaccount\.([^.]+)\.(.+)$/.exec(token) ?? []
  return namespace === undefined || name === undefined ? users.get(token) : serviceAccount(namespace, name)
}

export const anonymous: UserInfo = { username: "system:anonymous", groups: ["system:unauthenticated"] }

/** The name under which the aggregation layer may speak for others. */
export const frontProxyName = "front-proxy-client"

/** The cluster's authorities and the certificates they issued to clients. */
export class Identities extends Context.Service<Identities, {
  /** Signs the kube-apiserver and the cluster's clients. */
  readonly clusterCa: Authority.Authority
  /** Signs nobody but the aggregation layer. */
  readonly frontProxyCa: Authority.Authority
  /** Signs the kubelets' serving certificates. */
  readonly kubeletCa: Authority.Authority
  readonly clients: {
    readonly "front-proxy-client": Authority.Pair
    /** O=system:masters, CN=admin. */
    readonly admin: Authority.Pair
    /** The same name, signed by nobody. */
    readonly badcert: Authority.Pair
  }
}>()("metrics-server/simulate/Identities") {
  static readonly layer = Layer.effect(
    Identities,
    Effect.gen(function*() {
      const admin = { commonName: "admin", organizations: ["system:masters"] }
      const [clusterCa, frontProxyCa, kubeletCa] = yield* Effect.all([
        Authority.make("kubernetes"),
        Authority.make("front-proxy-ca"),
        Authority.make("kubelet-serving-ca")
      ])
      return {
        clusterCa,
        frontProxyCa,
        kubeletCa,
        clients: yield* Effect.all({
          "front-proxy-client": frontProxyCa.issueClient({ commonName: frontProxyName }),
          admin: clusterCa.issueClient(admin),
          badcert: Authority.selfSignedClient(admin)
        })
      }
    })
  )
}
