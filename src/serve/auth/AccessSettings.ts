/** The flags that say whom to believe, and whom to ask who may do what: names, defaults and meanings of the original. */
import * as Setting from "../../Setting.ts"

export const settings = {
  clientCaFile: Setting.optionalText(
    "client-ca-file",
    "FILE",
    "Authorities that sign the certificates of clients (default those that the cluster publishes)"
  ),
  requestheaderClientCaFile: Setting.optionalText(
    "requestheader-client-ca-file",
    "FILE",
    "Authorities that sign the certificates of front proxies (default those that the cluster publishes, with the names)"
  ),
  requestheaderAllowedNames: Setting.texts(
    "requestheader-allowed-names",
    "Common names of front proxies; none: all that --requestheader-client-ca-file signed",
    []
  ),
  requestheaderUsernameHeaders: Setting.texts(
    "requestheader-username-headers",
    "Headers that name the user, with --requestheader-client-ca-file",
    ["x-remote-user"]
  ),
  requestheaderUidHeaders: Setting.texts("requestheader-uid-headers", "Headers that name the user's uid", []),
  requestheaderGroupHeaders: Setting.texts("requestheader-group-headers", "Headers that name the user's groups", [
    "x-remote-group"
  ]),
  requestheaderExtraHeadersPrefix: Setting.texts(
    "requestheader-extra-headers-prefix",
    "Beginnings of the headers that say more of the user",
    ["x-remote-extra-"]
  ),
  authenticationKubeconfig: Setting.optionalText(
    "authentication-kubeconfig",
    "FILE",
    "How to reach the kube-apiserver that knows whom to believe (default as --kubeconfig)"
  ),
  authorizationKubeconfig: Setting.optionalText(
    "authorization-kubeconfig",
    "FILE",
    "How to reach the kube-apiserver that knows who may do what (default as --kubeconfig)"
  ),
  authenticationSkipLookup: Setting.boolean(
    "authentication-skip-lookup",
    "Do not look up in the cluster whom to believe"
  ),
  authenticationTolerateLookupFailure: Setting.boolean(
    "authentication-tolerate-lookup-failure",
    "Take clients with certificates for anonymous, instead of refusing them, until the cluster says whom to believe"
  ),
  authenticationTokenWebhookCacheTtl: Setting.duration(
    "authentication-token-webhook-cache-ttl",
    "How long it stands whose a bearer token is",
    "10s"
  ),
  authorizationAlwaysAllowPaths: Setting.texts(
    "authorization-always-allow-paths",
    "Paths that everybody may get; a star at the end stands for all that begin so",
    ["/healthz", "/readyz", "/livez"]
  ),
  authorizationWebhookCacheAuthorizedTtl: Setting.duration(
    "authorization-webhook-cache-authorized-ttl",
    "How long it stands that a user may do something",
    "10s"
  ),
  authorizationWebhookCacheUnauthorizedTtl: Setting.duration(
    "authorization-webhook-cache-unauthorized-ttl",
    "How long it stands that a user may not",
    "10s"
  )
}
