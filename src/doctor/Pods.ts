/** Does every kubelet report the pods that run on its node? One that is missing has no metrics, and no autoscaler sees it. */
import { Clock, Effect, Option, Result, Schema, Stream } from "effect"
import * as Finding from "./Finding.ts"
import * as KubeApi from "./KubeApi.ts"
import * as Survey from "./Survey.ts"

const { broken, ok, warning } = Finding.of("pods")

export const check = Effect.gen(function*() {
  const looks = yield* (yield* Survey.Survey).looks
  const reported = new Map(
    looks.flatMap(({ node, outcome }) => Result.isSuccess(outcome) ? [[node.name, outcome.success.pods]] : [])
  )
  if (reported.size === 0) return yield* Finding.behind("a kubelet")
  const tallies = new Map<string, Tally>()
  const now = yield* Clock.currentTimeMillis
  yield* KubeApi.list("pods", resource).pipe(
    Stream.runForEach((object) => Effect.sync(() => count(tallies, reported, object, now)))
  )
  return judge([...tallies.values()])
})

const resource = {
  path: "/api/v1/pods",
  params: { fieldSelector: "status.phase=Running" }
}

/** Of one node: how many pods should be reported, and which of them are not. */
export interface Tally {
  readonly node: string
  expected: number
  readonly missing: Array<string>
}

const Pod = Schema.Struct({
  metadata: Schema.Struct({ namespace: Schema.String, name: Schema.String }),
  spec: Schema.Struct({ nodeName: Schema.String }),
  status: Schema.Struct({
    containerStatuses: Schema.Array(Schema.Struct({
      state: Schema.Struct({
        running: Schema.optionalKey(Schema.NullOr(Schema.Struct({ startedAt: Schema.NullOr(Schema.String) })))
      })
    }))
  })
})

const decode = Schema.decodeUnknownOption(Pod)

/** A kubelet looks for new containers now and then, and reads them first some time later. */
const longEnough = 60_000

/** Expected is a pod of which a container has run for a while, on a node that answers. */
export const count = (
  tallies: Map<string, Tally>,
  reported: ReadonlyMap<string, ReadonlySet<string>>,
  object: unknown,
  now: number
) => {
  const pod = Option.getOrUndefined(decode(object))
  const node = pod?.spec.nodeName ?? ""
  const pods = reported.get(node)
  if (pod === undefined || pods === undefined) return
  const isExpected = pod.status.containerStatuses.some(({ state: { running } }) =>
    Date.parse(running?.startedAt ?? "") <= now - longEnough
  )
  if (!isExpected) return
  const tally = tallies.get(node) ?? { node, expected: 0, missing: [] }
  tallies.set(node, tally)
  tally.expected++
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  if (!pods.has(name)) tally.missing.push(name)
}

export const judge = (tallies: ReadonlyArray<Tally>): ReadonlyArray<Finding.Finding> => {
  const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)
  const expected = sum(tallies.map((tally) => tally.expected))
  const mute = tallies.filter(({ expected, missing }) => missing.length === expected)
  const some = tallies.filter(({ expected, missing }) => missing.length > 0 && missing.length < expected)
  const missing = (of: ReadonlyArray<Tally>) => of.flatMap(({ missing }) => missing)
  const subject = (of: ReadonlyArray<Tally>) =>
    `${missing(of).length} of ${expected} pods (${Finding.examples(missing(of))})`
  const where = (of: ReadonlyArray<Tally>) =>
    `${of.length} of ${tallies.length} nodes (${Finding.examples(of.map(({ node }) => node))})`
  return [
    ...mute.length > 0
      ? [broken(
        subject(mute),
        `none of the pods is reported that run on ${where(mute)}`,
        "the kubelet does not see its containers: see its log, its container runtime endpoint and its cgroup driver"
      )]
      : [],
    ...some.length > 0
      ? [warning(
        subject(some),
        `they run on ${where(some)}, whose kubelets report others but not them`,
        "see the kubelet's log for them; kubectl get --raw /api/v1/nodes/NODE/proxy/metrics/resource shows what it reports"
      )]
      : [],
    ...mute.length + some.length === 0
      ? [ok(`${expected} of ${expected} pods`, "each is reported by its kubelet")]
      : []
  ]
}
