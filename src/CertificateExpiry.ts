/** Until when the certificates are valid that this server shows to others. */
import { Effect, Result } from "effect"
import { X509Certificate } from "node:crypto"
import * as MetricFamily from "./MetricFamily.ts"

const family = MetricFamily.gauge<"certificate">(
  "resource_metrics_certificate_expiration_timestamp_seconds",
  "Until when a certificate of this server is valid: seconds since the epoch"
)

/** Tells of one certificate, from the first PEM that is given on. */
export const of = (certificate: "serving" | "kube-apiserver-client" | "kubelet-client") =>
  Effect.map(family, (family) => (pem: string) => {
    const parsed = Result.try(() => new X509Certificate(pem))
    if (Result.isSuccess(parsed)) {
      family.series({ certificate }).update(parsed.success.validToDate.getTime() / 1000)
    }
  })
