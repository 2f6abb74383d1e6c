/** The page of a simulated kubelet. */
import { assert, describe, it } from "@effect/vitest"
import * as Cluster from "../../src/simulate/Cluster.ts"
import * as KubeletPage from "../../src/simulate/KubeletPage.ts"

const cluster = Cluster.generate({ nodes: 1, podsPerNode: 4, containersPerPod: 2 })
const node = cluster.nodes[0]!
const startedAt = 1_795_416_140_378
const housekeeping = 10_000

const page = KubeletPage.make({
  node,
  bootedAt: startedAt,
  pods: cluster.pods.map((pod) => ({ pod, startedAt })),
  housekeeping
})

const now = startedAt + 3_600_000

/** Series with value and timestamp, by name and labels. */
const read = (text: string) =>
  new Map(
    text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => {
      const [series = "", value = "", timestamp] = line.split(" ")
      return [series, { value, timestamp: timestamp === undefined ? undefined : Number(timestamp) }]
    })
  )

/** "12.5" seconds as 12500000000n nanoseconds. */
const nanoseconds = (value: string) => {
  const [whole = "", fraction = ""] = value.split(".")
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"))
}

describe("the page", () => {
  it("has the families of a 1.36 kubelet in their order, each with help and type", () => {
    const heads = page.print({ now }).split("\n").filter((line) => line.startsWith("# TYPE "))
    assert.deepStrictEqual(heads, [
      "# TYPE container_cpu_usage_seconds_total counter",
      "# TYPE container_memory_working_set_bytes gauge",
      "# TYPE container_start_time_seconds gauge",
      "# TYPE container_swap_limit_bytes gauge",
      "# TYPE container_swap_usage_bytes gauge",
      "# TYPE node_cpu_usage_seconds_total counter",
      "# TYPE node_memory_working_set_bytes gauge",
      "# TYPE node_swap_usage_bytes gauge",
      "# TYPE pod_cpu_usage_seconds_total counter",
      "# TYPE pod_memory_working_set_bytes gauge",
      "# TYPE pod_swap_usage_bytes gauge",
      "# TYPE resource_scrape_error gauge"
    ])
    assert.match(page.print({ now }), /^# HELP container_cpu_usage_seconds_total \[STABLE\] \S.*\n# TYPE/)
    assert.isTrue(page.print({ now }).endsWith("\nresource_scrape_error 0\n"))
  })

  it("sorts the series of a family by their labels", () => {
    const series = [...read(page.print({ now })).keys()].filter((name) => name.startsWith("container_cpu_"))
    assert.strictEqual(series.length, 8)
    assert.deepStrictEqual(series, [...series].sort())
  })

  it("has a timestamp on every reading, less than one housekeeping step old, and none on start times", () => {
    for (const [series, { timestamp }] of read(page.print({ now }))) {
      if (/^(container_start_time_seconds|resource_scrape_error)/.test(series)) assert.isUndefined(timestamp)
      else {
        assert.isAtMost(timestamp!, now)
        assert.isAbove(timestamp!, now - housekeeping)
      }
    }
  })

  it("shows exactly the configured usage between any two readings", () => {
    const pod = cluster.pods[1]!
    const container = pod.containers[1]!
    const series =
      `container_cpu_usage_seconds_total{container="${container.name}",namespace="${pod.namespace}",pod="${pod.name}"}`
    for (const gap of [10_000, 15_003, 86_400_000]) {
      const first = read(page.print({ now })).get(series)!
      const second = read(page.print({ now: now + gap })).get(series)!
      const elapsed = BigInt(second.timestamp! - first.timestamp!) * 1_000_000n
      const used = nanoseconds(second.value) - nanoseconds(first.value)
      assert.strictEqual(used * 1_000_000_000n / elapsed, BigInt(container.usage.cpuNanocores))
      assert.strictEqual(used * 1_000_000_000n % elapsed, 0n)
    }
  })

  it("repeats a reading until the next housekeeping", () => {
    const timestamps = [0, 1, 9999, 10_000].map((later) =>
      read(page.print({ now: now + later })).get("node_cpu_usage_seconds_total")!.timestamp!
    )
    assert.strictEqual(timestamps[3]! - timestamps[0]!, housekeeping)
    assert.isTrue(timestamps.slice(1, 3).every((it) => it === timestamps[0] || it === timestamps[3]))
  })

  it("reads a container later each time by what its jitter makes of it, so that readings are unevenly apart", () => {
    const page = KubeletPage.make({
      node,
      bootedAt: startedAt,
      pods: cluster.pods.map((pod) => ({ pod, startedAt })),
      housekeeping: 15_000,
      jitter: 5000
    })
    const seen = Array.from({ length: 600 }, (_, second) => {
      const at = now + 1000 * second
      const { timestamp } = read(page.print({ now: at })).get("node_cpu_usage_seconds_total")!
      assert.isAtMost(timestamp!, at)
      assert.isAbove(timestamp!, at - 20_000)
      return timestamp!
    })
    const readings = [...new Set(seen)]
    const gaps = readings.slice(1).map((timestamp, index) => timestamp - readings[index]!)
    for (const gap of gaps) assert.isTrue(gap > 10_000 && gap < 20_000, `${gap} ms`)
    assert.isAbove(new Set(gaps).size, 30)
  })

  it("does not read a container before it started", () => {
    const fresh = KubeletPage.make({
      node,
      bootedAt: startedAt,
      pods: cluster.pods.map((pod) => ({ pod, startedAt: now })),
      housekeeping
    })
    const names = (at: number) => [...read(fresh.print({ now: at })).keys()]
    assert.isFalse(names(now - 1).some((name) => name.startsWith("container_cpu")))
    assert.isTrue(names(now - 1).some((name) => name.startsWith("container_start_time_seconds")))
    assert.strictEqual(names(now + housekeeping).filter((name) => name.startsWith("container_cpu")).length, 8)
  })

  it("starts counters at zero again when they are reset, and keeps the start time", () => {
    const pages = [page.print({ now: now + 20_000 }), page.print({ now: now + 20_000, countersResetAt: now })].map(read)
    const [before, after] = pages.map((page) => page.get("node_cpu_usage_seconds_total")!)
    assert.isBelow(Number(after!.value), Number(before!.value))
    const startTimes = (page: ReturnType<typeof read>) =>
      [...page].filter(([name]) => name.startsWith("container_start_time"))
    assert.deepStrictEqual(startTimes(pages[1]!), startTimes(pages[0]!))
  })

  it("of an empty node shows the node alone", () => {
    const empty = KubeletPage.make({ node, bootedAt: startedAt, pods: [], housekeeping })
    assert.deepStrictEqual([...read(empty.print({ now })).keys()], [
      "node_cpu_usage_seconds_total",
      "node_memory_working_set_bytes",
      "node_swap_usage_bytes",
      "resource_scrape_error"
    ])
  })

  it.each([
    [0, "0"],
    [258.969278328, "258.969278328"],
    [999_999, "999999"],
    [1_000_000, "1e+06"],
    [41_955_328, "4.1955328e+07"],
    [1_795_416_140.3782797, "1.7954161403782797e+09"],
    [0.0001, "0.0001"],
    [0.00002, "2e-05"],
    [1e21, "1e+21"]
  ])("writes %d as %s, as Go does", (value, text) => {
    assert.strictEqual(KubeletPage.formatFloat(value), text)
  })
})
