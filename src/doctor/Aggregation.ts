/** Does the cluster say which front proxy to believe? Without that nobody is recognized who comes through the kube-apiserver. */
import { Clock, Effect, Option, Result, Schema } from "effect"
import * as Pem from "../Pem.ts"
import { asksCluster, type Options } from "../serve/auth/AuthenticationConfig.ts"
import * as PublishedConfig from "../serve/auth/PublishedConfig.ts"
import * as X509 from "../X509.ts"
import * as Finding from "./Finding.ts"
import * as KubeApi from "./KubeApi.ts"

const { namespace, name } = PublishedConfig

const subject = `ConfigMap ${namespace}/${name}`

const { broken, ok, warning } = Finding.of("aggregation")

export const check = Effect.fnUntraced(function*(options: Options) {
  // PemFiles tells of the file.
  if (Option.isSome(options.requestHeader.clientCaFile)) return []
  if (!asksCluster(options)) return [notAsked]
  const found = yield* KubeApi.read(subject, `/api/v1/namespaces/${namespace}/configmaps/${name}`, Schema.Unknown)
  const now = yield* Clock.currentTimeMillis
  return [Option.match(found, { onNone: () => absent, onSome: (object) => judge(object, now) })]
})

const notAsked = broken(
  "the front proxy",
  "--authentication-skip-lookup, and no --requestheader-client-ca-file: nobody is believed to be the kube-apiserver",
  "take --authentication-skip-lookup away, or give --requestheader-client-ca-file and --requestheader-allowed-names"
)

const absent = broken(
  subject,
  "there is none: the kube-apiserver does not tell whom to believe",
  "see the log of the kube-apiserver, which writes it by itself; or give --requestheader-client-ca-file"
)

const Data = Schema.Struct({ data: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)) })

const dataOf = Schema.decodeUnknownOption(Data)

/** By what the ConfigMap holds. */
export const judge = (object: unknown, now: number): Finding.Finding => {
  const config = PublishedConfig.decode(object)
  if (Result.isFailure(config)) {
    return broken(subject, `it cannot be used: ${config.failure.message}`, "see the flags of the kube-apiserver")
  }
  const { requestHeader } = config.success
  const { data = {} } = Option.getOrElse(dataOf(object), (): typeof Data.Type => ({}))
  const authorities = certificates(data["requestheader-client-ca-file"])
  if (Option.isNone(requestHeader)) {
    return broken(
      subject,
      "it has no requestheader-client-ca-file: the aggregation layer is not configured",
      "start the kube-apiserver with --requestheader-client-ca-file, --proxy-client-cert-file and --proxy-client-key-file"
    )
  }
  const flaws = authorities.map((it) => X509.outsideValidity(it, now))
  if (flaws.every((flaw) => flaw !== undefined)) {
    return broken(
      subject,
      `the front proxy's authority is not valid: ${flaws[0]}`,
      "renew it, and the kube-apiserver's --proxy-client-cert-file"
    )
  }
  const { allowedNames } = requestHeader.value
  const clients = new Set(certificates(data["client-ca-file"]).map(({ fingerprint256 }) => fingerprint256))
  if (allowedNames.length === 0 && authorities.some(({ fingerprint256 }) => clients.has(fingerprint256))) {
    return warning(
      subject,
      "clients and the front proxy have one authority, and every name is allowed: any client can pass for any user",
      "start the kube-apiserver with --requestheader-allowed-names, or with an authority for the front proxy alone"
    )
  }
  const names = allowedNames.length === 0 ? "any name" : allowedNames.join(", ")
  return ok(subject, `the front proxy may have ${names}, signed by ${authorities.map(X509.subjectOf).join(", ")}`)
}

const certificates = (pem = "") => Result.getOrElse(Pem.certificates(pem), () => [])
