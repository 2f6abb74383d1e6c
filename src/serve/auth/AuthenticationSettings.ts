/** The flags that say whom to believe: names, defaults and meanings of the original. */
import * as Setting from "../../Setting.ts"

export const title = "Authentication"

export const settings = {
  clientCaFile: Setting.optionalText(
    "client-ca-file",
    "FILE",
    "Authorities that sign the certificates of clients (default those that the cluster publishes)"
  ),
  kubeconfig: Setting.optionalText(
    "authentication-kubeconfig",
    "FILE",
    "How to reach the kube-apiserver that knows whom to believe (default as --kubeconfig)"
  ),
  skipLookup: Setting.boolean("authentication-skip-lookup", "Do not look up in the cluster whom to believe"),
  tolerateLookupFailure: Setting.boolean(
    "authentication-tolerate-lookup-failure",
    "Take clients with certificates for anonymous, instead of refusing them, until the cluster says whom to believe"
  ),
  timeToLive: Setting.duration(
    "authentication-token-webhook-cache-ttl",
    "How long the answer to a TokenReview is cached",
    "10s"
  )
}
