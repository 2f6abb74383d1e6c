/** Everything that deploy/ renders, shown to a real kubectl and an API server: `kubectl apply --dry-run=client`. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import * as Simulation from "../../src/simulate/Simulation.ts"
import { ClusterKubectl } from "../fixtures/ClusterKubectl.ts"
import * as Installation from "../fixtures/Installation.ts"
import * as Manifests from "../fixtures/Manifests.ts"

const cluster = ClusterKubectl.layer.pipe(
  Layer.provideMerge(Simulation.layer({ cluster: Installation.cluster, bare: true })),
  Layer.provideMerge(NodeServices.layer)
)

const everything = {
  tls: { type: "cert-manager" },
  ...Object.fromEntries(
    ["dashboards", "networkPolicy", "podDisruptionBudget", "prometheusRule", "serviceMonitor", "verticalPodAutoscaler"]
      .map((key) => [key, { enabled: true }])
  )
}

const renderings: ReadonlyArray<readonly [string, () => Promise<Installation.Manifests>]> = [
  ["the base", () => Manifests.base()],
  ...Manifests.components.map((name) => [name, () => Manifests.base(name)] as const),
  ...Manifests.overlays.map((name) => [`overlays/${name}`, () => Manifests.kustomize(`overlays/${name}`)] as const),
  ["the chart", () => Manifests.template()],
  ["the chart with everything", () => Manifests.template(everything)]
]

layer(cluster, { excludeTestServices: true })("kubectl apply --dry-run=client", (it) => {
  it.effect.each(renderings)("takes every object of %s", ([, render]) =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const manifests = yield* Effect.promise(render)
      const file = yield* fs.makeTempFileScoped({ suffix: ".json" })
      yield* fs.writeFileString(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }))
      const printed = yield* (yield* ClusterKubectl).run("apply", "--dry-run=client", "-f", file)
      assert.lengthOf(printed.match(/ created \(dry run\)$/gm) ?? [], manifests.length)
    }))
})
