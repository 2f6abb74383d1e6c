/** Whom a cluster's servers may believe, as its kube-apiserver publishes it in a ConfigMap. */
import { Option, Result, Schema } from "effect"
import * as CertificateAuthority from "./CertificateAuthority.ts"
import type { RequestHeader } from "./RequestHeader.ts"

export const namespace = "kube-system"
export const name = "extension-apiserver-authentication"

export interface PublishedConfig {
  readonly namespace: string
  readonly name: string
  readonly clientAuthority: Option.Option<CertificateAuthority.CertificateAuthority>
  readonly requestHeader: Option.Option<RequestHeader>
}

/** A cluster that publishes nothing. */
export const none: PublishedConfig = {
  namespace,
  name,
  clientAuthority: Option.none(),
  requestHeader: Option.none()
}

/** An empty text stands for nothing, as in Go. */
const Bundle = Schema.String.check(
  Schema.makeFilter((pem) =>
    pem === "" || Result.match(CertificateAuthority.parse(pem), {
      onSuccess: () => true,
      onFailure: (problem) => `PEM certificates (${problem})`
    })
  )
)

/** Names in JSON; an empty text and null stand for none, as in Go. */
const Texts = Schema.Union([Schema.Literal(""), Schema.fromJsonString(Schema.NullOr(Schema.Array(Schema.String)))])

const texts = (read: typeof Texts.Type = "") => read || []

const ConfigMap = Schema.Struct({
  metadata: Schema.Struct({ namespace: Schema.Literal(namespace), name: Schema.Literal(name) }),
  data: Schema.optionalKey(Schema.Struct({
    "client-ca-file": Schema.optionalKey(Bundle),
    "requestheader-client-ca-file": Schema.optionalKey(Bundle),
    "requestheader-allowed-names": Schema.optionalKey(Texts),
    "requestheader-username-headers": Schema.optionalKey(Texts),
    "requestheader-uid-headers": Schema.optionalKey(Texts),
    "requestheader-group-headers": Schema.optionalKey(Texts),
    "requestheader-extra-headers-prefix": Schema.optionalKey(Texts)
  }))
})

const decodeConfigMap = Schema.decodeUnknownResult(ConfigMap)

/** All of it or none: half a configuration is no configuration. */
export const decode = (object: unknown): Result.Result<PublishedConfig, Schema.SchemaError> =>
  Result.map(decodeConfigMap(object), ({ data = {} }) => ({
    namespace,
    name,
    clientAuthority: authority(data["client-ca-file"]),
    requestHeader: Option.map(authority(data["requestheader-client-ca-file"]), (authority) => ({
      authority,
      allowedNames: texts(data["requestheader-allowed-names"]),
      headerNames: {
        usernameHeaders: texts(data["requestheader-username-headers"]),
        uidHeaders: texts(data["requestheader-uid-headers"]),
        groupHeaders: texts(data["requestheader-group-headers"]),
        extraHeaderPrefixes: texts(data["requestheader-extra-headers-prefix"])
      }
    }))
  }))

const authority = (pem = "") => Result.getSuccess(CertificateAuthority.parse(pem))
