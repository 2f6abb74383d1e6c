/** The flags about the server as a whole, under the original's names where it has them. */
import * as ListSetting from "./ListSetting.ts"
import * as Setting from "./Setting.ts"

export const title = "Metrics server"

export const settings = {
  kubeconfig: Setting.optionalText(
    "kubeconfig",
    "FILE",
    "How to reach the kube-apiserver, and our identity there and at kubelets (default the pod's service account)"
  ),
  resolution: Setting.duration("metric-resolution", "Pause between two scrapes of a node, at least 10s", "60s"),
  // Ours: the original forgets a node and its pods at the first failed scrape.
  retention: Setting.optionalDuration(
    "metric-retention",
    "How long the last value is served when no newer one can be computed, and how old a reading may be to compute usage from; at least two resolutions (default four)"
  ),
  nodeSelector: Setting.alias(
    "l",
    Setting.labelSelector("node-selector", "Scrape and serve only nodes with these labels")
  ),
  // Ours: the original does not serve swap.
  publishSwap: Setting.optionalBoolean(
    "publish-swap",
    "Serve usage of swap wherever a kubelet reports it, or with =false nowhere (default for nodes that have swapped)"
  ),
  versions: ListSetting.switches("runtime-config", "Which versions of the API to serve", {
    "metrics.k8s.io/v1": "v1",
    "metrics.k8s.io/v1beta1": "v1beta1"
  })
}
