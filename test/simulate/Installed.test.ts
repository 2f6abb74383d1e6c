/** What the simulation has installed from the beginning is what deploy/base installs. */
import { assert, it } from "@effect/vitest"
import * as Installed from "../../src/simulate/Installed.ts"
import * as Resources from "../../src/simulate/Resources.ts"
import * as Manifests from "../fixtures/Manifests.ts"

it("the simulated cluster has what the API server acts upon, as deploy/base has it", async () => {
  const labelsOf = ({ labels = {} }: { readonly labels?: Readonly<Record<string, string>> }) =>
    Object.keys(labels).filter((label) => label !== "k8s-app").sort()
  const wanted = (await Manifests.base())
    .filter(({ kind }) => kind !== "Deployment" && kind !== "ServiceAccount")
    .map(({ apiVersion, kind, metadata, ...body }) => ({
      resource: Resources.ofKind({ apiVersion, kind }),
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      labels: labelsOf(metadata),
      body
    }))
  const installed = Installed.metricsServer.map(({ body, labels, name, namespace, resource }) => ({
    resource,
    namespace,
    name,
    labels: labelsOf({ labels }),
    body: body()
  }))
  assert.sameDeepMembers(installed, wanted)
})
