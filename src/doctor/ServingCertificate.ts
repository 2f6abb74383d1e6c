/** Is the certificate that the server shows the one that the kube-apiserver accepts? */
import { Array, Clock, Effect, Option, Result } from "effect"
import { hostAndPort } from "../discover/Address.ts"
import * as ApiService from "./ApiService.ts"
import * as Demand from "./Demand.ts"
import * as Finding from "./Finding.ts"
import { ShownCertificate } from "./ShownCertificate.ts"

export interface Options {
  readonly bindAddress: string
  readonly port: number
}

/** Of the server that listens where the flags say, on this machine or behind a port that is forwarded. */
export const check = Effect.fnUntraced(function*({ bindAddress, port }: Options) {
  const registered = yield* Effect.result(ApiService.readAll)
  const demands = Result.match(registered, {
    onFailure: () => [],
    onSuccess: (all) =>
      all.flatMap(({ found, version }) =>
        Option.toArray(Option.flatMap(found, Demand.of)).map((demand) => ({
          title: ApiService.titleOf(version),
          demand
        }))
      )
  })
  const endpoint = { address: reachable[bindAddress] ?? bindAddress, port }
  const place = hostAndPort(endpoint)
  const chain = yield* (yield* ShownCertificate).look(endpoint, demands[0]?.demand.serverName ?? usual).pipe(
    Effect.mapError(({ detail }) =>
      new Finding.Unchecked({
        subject: `the certificate at ${place}`,
        detail,
        remedy: "run it in the server's pod, or next to: " +
          `kubectl -n kube-system port-forward deployment/metrics-server ${port}`
      })
    )
  )
  const now = yield* Clock.currentTimeMillis
  const alike = Object.values(Array.groupBy(demands, ({ demand }) => JSON.stringify(demand)))
  const judged = alike.map((same) =>
    Demand.judge(same[0].demand, chain, now, same.map(({ title }) => title).join(", "))
  )
  return [
    ...judged.length > 0 ? judged : [Demand.judgeAlone(chain, now, `the certificate at ${place}`)],
    ...Result.isFailure(registered) ? [Finding.of("serving-certificate").unknown(registered.failure)] : []
  ]
})

const reachable: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" }

const usual = ApiService.serverNameOf({ namespace: "kube-system", name: "metrics-server" })
