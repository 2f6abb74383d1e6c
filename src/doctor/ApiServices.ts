/** Is the API registered, for which versions, and does the kube-apiserver pass requests on to the server? */
import { Effect, Option } from "effect"
import * as ApiService from "./ApiService.ts"
import * as Finding from "./Finding.ts"
import * as KubeApi from "./KubeApi.ts"

const { broken, ok, unknown, warning } = Finding.of("api-services")

/** Served are the versions that --runtime-config leaves on. */
export const check = (served: ReadonlyArray<ApiService.Version>) =>
  ApiService.readAll.pipe(
    Effect.map((all) => all.map(({ found, version }) => judge(version, served.includes(version), found))),
    Effect.catch((error) =>
      Effect.map(
        Effect.forEach(
          ApiService.versions,
          (version) => Effect.map(probe(version), (status) => judgeFromAfar(version, served.includes(version), status))
        ),
        (findings) => [...findings.flat(), unknown(error)]
      )
    )
  )

/** What everybody may ask: the version's discovery document, through the kube-apiserver. */
const probe = (version: ApiService.Version) =>
  KubeApi.get(`/apis/${ApiService.groupName}/${version}`).pipe(
    Effect.map(Option.map(({ response }) => response.status)),
    Effect.orElseSucceed(() => Option.none<number>())
  )

/** It alone: all of deploy/base would take the place of what Helm has installed. */
const registering = (version: ApiService.Version) => {
  const values = version === "v1" ? "apiService.create=true and apiService.v1.create=true" : "apiService.create=true"
  return `register it: kubectl apply -f deploy/base/apiservice-${version}.yaml (Helm: ${values})`
}

/** v1 may be absent for the time of an upgrade; v1beta1 is what all clients before Kubernetes 1.37 ask for. */
const absent = (version: ApiService.Version, isServed: boolean) => {
  const subject = ApiService.titleOf(version)
  if (!isServed) return ok(subject, "not registered, and not served")
  const remedy = `${registering(version)}; or take the version away with --runtime-config`
  return version === "v1beta1"
    ? broken(subject, "not registered: kubectl top and autoscalers do not find it", remedy)
    : warning(subject, "not registered, though it is served", remedy)
}

const notServed = (version: ApiService.Version) =>
  broken(
    ApiService.titleOf(version),
    "registered, but --runtime-config has switched it off: clients ask for it in vain",
    `kubectl delete apiservice ${ApiService.nameOf(version)}, or switch it on`
  )

/** By the APIService itself. */
export const judge = (
  version: ApiService.Version,
  isServed: boolean,
  found: Option.Option<ApiService.ApiService>
): Finding.Finding => {
  if (Option.isNone(found)) return absent(version, isServed)
  if (!isServed) return notServed(version)
  const subject = ApiService.titleOf(version)
  const reference = ApiService.referenceOf(found.value)
  if (Option.isNone(reference)) {
    return broken(subject, "it leads to no Service: the kube-apiserver answers for it itself", registering(version))
  }
  const { name, namespace, port = 443 } = reference.value
  const leadsTo = `Service ${namespace}/${name}, port ${port}`
  const available = ApiService.availabilityOf(found.value)
  if (available?.status === "True") return ok(subject, `available, at ${leadsTo}`)
  if (available === undefined) {
    return warning(subject, `not looked at yet by the kube-apiserver (${leadsTo})`, "run the doctor again in a minute")
  }
  const { message = "", reason = "" } = available
  return broken(subject, `not available at ${leadsTo}: ${message} (${reason})`, remedyOf(reason, message, namespace))
}

/** The reasons are those of kube-aggregator's availability controller. */
const remedyOf = (reason: string, message: string, namespace: string) => {
  switch (reason) {
    case "ServiceNotFound":
      return "correct spec.service, or install the server: kubectl apply -k deploy/base (Helm: helm upgrade of the release)"
    case "ServicePortError":
      return "correct spec.service.port of the APIService, or the port of the Service"
    case "EndpointsNotFound":
    case "MissingEndpoints":
      return `no pod of the Service is ready: see kubectl -n ${namespace} get pods -l k8s-app=metrics-server ` +
        "(Helm: -l app.kubernetes.io/name=metrics-server), their log and /readyz"
    case "FailedDiscoveryCheck":
      return message.includes("x509")
        ? "the kube-apiserver refuses the certificate: see serving-certificate"
        : "let the kube-apiserver reach pods: firewalls, network policies, overlay networks (component host-network; " +
          "Helm: hostNetwork.enabled=true)"
    default:
      return "see the log of the kube-apiserver"
  }
}

/** By whether requests are passed on, where the APIService itself may not be read. */
export const judgeFromAfar = (
  version: ApiService.Version,
  isServed: boolean,
  status: Option.Option<number>
): ReadonlyArray<Finding.Finding> => {
  const path = `/apis/${ApiService.groupName}/${version}`
  if (Option.contains(status, 404)) return [absent(version, isServed)]
  if (Option.contains(status, 200)) return [ok(path, "answered through the kube-apiserver")]
  if (!Option.contains(status, 503)) return []
  if (!isServed) return [notServed(version)]
  return [
    broken(
      path,
      "the kube-apiserver does not pass requests on (HTTP status 503)",
      `see why: kubectl get apiservice ${ApiService.nameOf(version)} -o yaml, as an administrator`
    )
  ]
}
