/** With the component serving-certificate the kube-apiserver can verify whom it reaches: by the names that cert-manager is asked for. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { request } from "node:https"
import { Identities } from "../../src/simulate/Identities.ts"
import * as Simulation from "../../src/simulate/Simulation.ts"
import * as Installation from "../fixtures/Installation.ts"
import * as Manifests from "../fixtures/Manifests.ts"
import { Workload } from "../fixtures/Workload.ts"

/** Asks something of the server, whatever it answers, if it is who its certificate says under that name. */
const verify = (options: { readonly port: number; readonly servername: string; readonly ca: string }) =>
  Effect.callback<"verified", Error>((resume) => {
    request({ host: "127.0.0.1", path: "/livez", agent: false, ...options }, (response) => {
      response.resume()
      resume(Effect.succeed("verified"))
    }).on("error", (error) => resume(Effect.fail(error))).end()
  })

layer(
  Layer.provideMerge(Simulation.layer({ cluster: Installation.cluster }), NodeServices.layer),
  { excludeTestServices: true }
)("the serving certificate", (it) => {
  it.effect.each(
    [
      ["the component", () => Manifests.base("serving-certificate")],
      ["the chart", () => Manifests.template({ tls: { type: "cert-manager" } })]
    ] as const
  )("of %s is the one that the kube-apiserver asks for", ([, render]) =>
    Effect.gen(function*() {
      const { clusterCa } = yield* Identities
      const manifests = yield* Effect.promise(render)
      // as cert-manager does
      const { commonName, dnsNames, secretName } = Manifests.find(manifests, "Certificate", "metrics-server")["spec"]
      const { cert, key } = yield* clusterCa.issueServer({ commonName, addresses: [], names: dnsNames })
      const secrets = { [secretName]: { "tls.crt": cert, "tls.key": key } }

      const { port } = Context.get(yield* Layer.build(Workload.layer(manifests, secrets)), Workload)
      for (const { spec } of manifests.filter(({ kind }) => kind === "APIService")) {
        const servername = `${spec.service.name}.${spec.service.namespace}.svc`
        assert.strictEqual(yield* verify({ port, servername, ca: clusterCa.cert }), "verified")
      }
      const other = yield* Effect.flip(verify({ port, servername: "other.kube-system.svc", ca: clusterCa.cert }))
      assert.include(other.message, "does not match certificate's altnames")
    }))
})
