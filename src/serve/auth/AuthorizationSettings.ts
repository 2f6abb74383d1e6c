/** The flags that say who may do what, and whom to ask: names, defaults and meanings of the original. */
import * as ListSetting from "../../ListSetting.ts"
import * as Setting from "../../Setting.ts"

export const title = "Authorization"

export const settings = {
  alwaysAllowPaths: ListSetting.texts(
    "authorization-always-allow-paths",
    "Paths that everybody may get; a star at the end stands for all that begin so",
    ["/healthz", "/readyz", "/livez"]
  ),
  kubeconfig: Setting.optionalText(
    "authorization-kubeconfig",
    "FILE",
    "How to reach the kube-apiserver that knows who may do what (default as --kubeconfig)"
  ),
  allowedTimeToLive: Setting.duration(
    "authorization-webhook-cache-authorized-ttl",
    "How long a permission is cached",
    "10s"
  ),
  deniedTimeToLive: Setting.duration(
    "authorization-webhook-cache-unauthorized-ttl",
    "How long a denial is cached",
    "10s"
  )
}
