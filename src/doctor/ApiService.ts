/** An APIService as it is registered: which Service it leads to, whom it believes there, and whether it is available. */
import { Effect, Option, Schema } from "effect"
import * as KubeApi from "./KubeApi.ts"

export const versions = ["v1", "v1beta1"] as const
export type Version = typeof versions[number]

export const groupName = "metrics.k8s.io"

export const nameOf = (version: Version) => `${version}.${groupName}`

/** What people call it. */
export const titleOf = (version: Version) => `APIService ${nameOf(version)}`

/** Go leaves out what is empty. */
const text = Schema.optionalKey(Schema.String)

const Condition = Schema.Struct({ type: Schema.String, status: Schema.String, reason: text, message: text })

const Reference = Schema.Struct({
  namespace: Schema.String,
  name: Schema.String,
  port: Schema.optionalKey(Schema.Int)
})
export type Reference = typeof Reference.Type

export const ApiService = Schema.Struct({
  spec: Schema.Struct({
    service: Schema.optionalKey(Schema.NullOr(Reference)),
    /** PEM in base64. */
    caBundle: Schema.optionalKey(Schema.NullOr(Schema.String)),
    insecureSkipTLSVerify: Schema.optionalKey(Schema.Boolean)
  }),
  status: Schema.optionalKey(Schema.Struct({ conditions: Schema.optionalKey(Schema.Array(Condition)) }))
})
export type ApiService = typeof ApiService.Type

/** As they are registered; none where a version is not. */
export const readAll = Effect.forEach(versions, (version) =>
  Effect.map(
    KubeApi.read(
      "the APIServices",
      `/apis/apiregistration.k8s.io/v1/apiservices/${nameOf(version)}`,
      ApiService
    ),
    (found) => ({ version, found })
  ))

export const referenceOf = ({ spec }: ApiService) => Option.fromNullishOr(spec.service)

/** As which server the kube-apiserver addresses it, and which name its certificate has to have. */
export const serverNameOf = ({ name, namespace }: Reference) => `${name}.${namespace}.svc`

export const availabilityOf = ({ status }: ApiService) => status?.conditions?.find(({ type }) => type === "Available")
