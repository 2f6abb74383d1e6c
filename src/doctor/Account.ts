/** The service account of the server, as its APIService, Service and pods tell: whose rights count, whoever runs the doctor. */
import { Effect, Option, Schema } from "effect"
import type { ServiceAccount } from "../serve/auth/UserName.ts"
import * as ApiService from "./ApiService.ts"
import * as KubeApi from "./KubeApi.ts"

/** None where whoever runs the doctor may not find out: such as the server's account itself. */
export const find = Effect.gen(function*() {
  const registered = (yield* ApiService.readAll).map(({ found }) => Option.flatMap(found, ApiService.referenceOf))
  return yield* Effect.transposeOption(Option.map(Option.firstSomeOf(registered), ofService))
}).pipe(Effect.orElseSucceed(() => Option.none<ServiceAccount>()))

/** As the pods behind it have it; as long as there are none, the one that the manifests name like the Service. */
const ofService = Effect.fnUntraced(function*({ name, namespace }: ApiService.Reference) {
  const path = `/api/v1/namespaces/${namespace}`
  const service = yield* KubeApi.read(`Service ${namespace}/${name}`, `${path}/services/${name}`, Service)
  const selector = Option.match(service, { onNone: () => ({}), onSome: ({ spec }) => spec.selector ?? {} })
  const labels = Object.entries(selector).map((label) => label.join("=")).join(",")
  const query = new URLSearchParams({ labelSelector: labels, limit: "1" })
  const pods = labels === "" ? Option.none() : yield* KubeApi.read("pods", `${path}/pods?${query}`, Pods)
  const [pod] = Option.match(pods, { onNone: () => [], onSome: ({ items }) => items })
  return { namespace, name: pod?.spec.serviceAccountName ?? name } satisfies ServiceAccount
})

const Service = Schema.Struct({
  spec: Schema.Struct({ selector: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)) })
})

const Pods = Schema.Struct({
  items: Schema.Array(Schema.Struct({
    spec: Schema.Struct({ serviceAccountName: Schema.optionalKey(Schema.String) })
  }))
})
