import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { MetricsStore } from "../../src/store/MetricsStore.ts"
import { ModelStore } from "../fixtures/ModelStore.ts"
import { plainNode, plainPod } from "../fixtures/PlainUsage.ts"
import { type Reading, sample } from "../fixtures/Samples.ts"

const resolution = 30_000
const retention = 60_000

const nodes = ["a", "b"] as const
const containers = ["n/p/x", "n/p/y", "n/q/x", "m/p/x"] as const

/** What happens to a counter between two scrapes; mostly it goes on. */
const Fate = Schema.Literals([
  ...["on", "on", "on", "on", "on"] as const,
  "repeated",
  "restarted",
  "young",
  "fallen",
  "set back a little",
  "set back",
  "without CPU",
  "without memory",
  "without start",
  "absent"
])
const Pace = Schema.Struct({
  fate: Fate,
  millis: Schema.Literals([1, 5000, 9999, 10_000, 15_000, 30_001]),
  nanos: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 90_000_000_000 }))
})
const Turn = Schema.Struct({
  node: Schema.Literals(nodes),
  pause: Schema.Literals([0, 1, 5000, 15_000, 15_000, 30_000, 60_000, 60_001]),
  own: Pace,
  paces: Schema.Tuple([Pace, Pace, Pace, Pace]),
  reversed: Schema.Boolean,
  forget: Schema.Literals([true, ...Array.from({ length: 15 }, () => false as const)])
})

interface Counter {
  at: number
  start: number
  cpu: bigint
}

/** Moves a kubelet's counter on and reads it; undefined when the page has none. */
const read = (counter: Counter, { fate, millis, nanos }: typeof Pace.Type): Reading | undefined => {
  if (fate === "set back") counter.at -= 40_000
  if (fate === "set back a little") counter.at -= millis >> 1
  if (!["repeated", "set back", "set back a little"].includes(fate)) counter.at += millis
  if (fate === "fallen") counter.cpu /= 2n
  else if (fate !== "repeated") counter.cpu += BigInt(nanos)
  if (fate === "restarted" || fate === "young") {
    counter.start = counter.at - (fate === "young" ? millis : 2)
    counter.cpu = BigInt(nanos)
  }
  const { at, cpu, start } = counter
  const reading = { at, start, cpu, memory: 4096 + (nanos % 7), swap: nanos % 3 }
  if (fate === "absent") return undefined
  if (fate === "without CPU") return { ...reading, cpu: 0n }
  if (fate === "without memory") return { at, start, cpu }
  if (fate === "without start") return { at, cpu, memory: reading.memory }
  return reading
}

const epoch = 1_795_000_000_000
const counters = (node: string) =>
  new Map(["", ...containers].map((name, index) => [
    name,
    { at: epoch, start: epoch - 1000 * index - (node === "a" ? 100_000 : 90_000), cpu: 1_000_000n }
  ]))

it.effect.prop("whatever happens to kubelets, the store serves what the model serves", {
  turns: Schema.Array(Turn).check(Schema.isMaxLength(40))
}, ({ turns }) =>
  Effect.gen(function*() {
    const store = yield* MetricsStore
    const model = new ModelStore(resolution, retention)
    const kubelets = new Map(nodes.map((node) => [node, counters(node)]))
    for (const { forget, node, own, paces, pause, reversed } of turns) {
      yield* TestClock.adjust(pause)
      const now = yield* Clock.currentTimeMillis
      const { start: _, ...ofNode } = read(kubelets.get(node)!.get("")!, own) ?? {}
      const page = containers.flatMap((name, index) => {
        const reading = read(kubelets.get(node)!.get(name)!, paces[index]!)
        return reading === undefined ? [] : [[name, reading] as const]
      })
      const ofContainers = Object.fromEntries(reversed ? page.toReversed() : page)
      model.commit(node, ofNode, ofContainers, now)
      yield* store.commit(sample(node, ofNode, ofContainers))
      if (forget) {
        model.forget(node)
        yield* store.forget(node)
      }
      yield* agree(model)
    }
  }).pipe(Effect.provide(layer)), { arbitrary: { runs: 400, size: 40 } })

const layer = MetricsStore.layer({
  resolution: Duration.millis(resolution),
  retention: Duration.millis(retention),
  publishSwap: Option.some(true)
})

/** One list each all the while, for which the store remembers where things are, also of those that come and go. */
const list = ["n/p", "n/q", "m/p"].map((pod) => {
  const [namespace = "", name = ""] = pod.split("/")
  return { namespace, name }
})

const listOfNodes = nodes.map((name) => ({ name }))

const agree = Effect.fnUntraced(function*(model: ModelStore) {
  const store = yield* MetricsStore
  const now = yield* Clock.currentTimeMillis
  const snapshot = store.snapshot()
  const listedNodes = snapshot.nodes(listOfNodes)
  for (const [index, node] of nodes.entries()) {
    assert.deepStrictEqual(plainNode(snapshot.node(node)), model.node(node, now))
    assert.deepStrictEqual(plainNode(listedNodes.at(index)), model.node(node, now))
    assert.strictEqual(yield* store.depth(node), model.depth(node, now))
  }
  const pods = list.map(({ name, namespace }) => model.pod(`${namespace}/${name}`, now))
  const listed = snapshot.pods(list)
  for (const [index, { name, namespace }] of list.entries()) {
    assert.deepStrictEqual(plainPod(snapshot.pod(namespace, name)), pods[index])
    assert.deepStrictEqual(plainPod(listed.at(index)), pods[index])
  }
  const says = pods.some((pod) => pod?.containers.some(({ usage }) => usage.swapBytes !== undefined))
  assert.isTrue(snapshot.hasSwap || !says)
  assert.deepStrictEqual(yield* store.counts, {
    nodes: nodes.filter((node) => model.node(node, now) !== undefined).length,
    containers: pods.reduce((sum, pod) => sum + (pod?.containers.length ?? 0), 0)
  })
})
