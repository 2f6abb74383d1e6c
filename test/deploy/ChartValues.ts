/** Every value of the chart: given so, this object has that there. */
import packageJson from "../../package.json" with { type: "json" }

/** The values; the kind of the object, with its name where there are several; a path in it; what is there. */
export type Row = readonly [values: object, object: string, path: string, expected: unknown]

const container = "spec.template.spec.containers.0"

const pod = "spec.template.spec"

const certManager = (certManager: object) => ({ tls: { type: "cert-manager", certManager } })

const monitored = (serviceMonitor: object) => ({ serviceMonitor: { enabled: true, ...serviceMonitor } })

const autoscaled = (verticalPodAutoscaler: object) => ({
  verticalPodAutoscaler: { enabled: true, ...verticalPodAutoscaler }
})

const defaultArgs = [
  "--secure-port=10250",
  "--cert-dir=/tmp",
  "--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname",
  "--kubelet-use-node-status-port",
  "--metric-resolution=15s"
]

const paths = "--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics"

const relabeling = [{ action: "drop", regex: "go_.*", sourceLabels: ["__name__"] }]

const probe = { httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" }, initialDelaySeconds: 5 }

const spread = [{ maxSkew: 1, topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }]

export const rows: ReadonlyArray<Row> = [
  [
    { image: { repository: "r.example/ms" } },
    "Deployment",
    `${container}.image`,
    `r.example/ms:${packageJson.version}`
  ],
  [
    { image: { tag: "v9" } },
    "Deployment",
    `${container}.image`,
    "ghcr.io/metrics-server-effect/metrics-server:v9"
  ],
  [{ image: { pullPolicy: "Always" } }, "Deployment", `${container}.imagePullPolicy`, "Always"],
  [{ imagePullSecrets: [{ name: "s" }] }, "Deployment", `${pod}.imagePullSecrets`, [{ name: "s" }]],
  [{ nameOverride: "ms" }, "Deployment", "metadata.name", "metrics-server-ms"],
  [{ fullnameOverride: "ms" }, "APIService/v1.metrics.k8s.io", "spec.service.name", "ms"],
  [{ namespaceOverride: "metrics" }, "ClusterRoleBinding/system:metrics-server", "subjects.0.namespace", "metrics"],
  [{ serviceAccount: { create: false } }, "Deployment", `${pod}.serviceAccountName`, "default"],
  [{ serviceAccount: { annotations: { a: "b" } } }, "ServiceAccount", "metadata.annotations", { a: "b" }],
  [{ serviceAccount: { name: "ms" } }, "RoleBinding", "subjects.0.name", "ms"],
  [{ serviceAccount: { secrets: [{ name: "s" }] } }, "ServiceAccount", "secrets", [{ name: "s" }]],
  [{ rbac: { create: false } }, "ClusterRole", "", undefined],
  [{ rbac: { pspEnabled: false } }, "PodSecurityPolicy", "", undefined],
  [{ apiService: { create: false } }, "APIService", "", undefined],
  [{ apiService: { annotations: { a: "b" } } }, "APIService/v1.metrics.k8s.io", "metadata.annotations", { a: "b" }],
  [
    { apiService: { insecureSkipTLSVerify: false } },
    "APIService/v1beta1.metrics.k8s.io",
    "spec.insecureSkipTLSVerify",
    undefined
  ],
  [{ apiService: { caBundle: "PEM" } }, "APIService/v1beta1.metrics.k8s.io", "spec.caBundle", "UEVN"],
  [
    { apiService: { caBundle: "PEM" } },
    "APIService/v1beta1.metrics.k8s.io",
    "spec.insecureSkipTLSVerify",
    undefined
  ],
  [{ apiService: { v1: { create: false } } }, "APIService/v1.metrics.k8s.io", "", undefined],
  [{ commonLabels: { team: "t" } }, "Service", "metadata.labels.team", "t"],
  [{ podLabels: { team: "t" } }, "Deployment", "spec.template.metadata.labels.team", "t"],
  [{ podAnnotations: { a: "b" } }, "Deployment", "spec.template.metadata.annotations", { a: "b" }],
  [{ deploymentAnnotations: { a: "b" } }, "Deployment", "metadata.annotations", { a: "b" }],
  [{ podSecurityContext: { fsGroup: 7 } }, "Deployment", `${pod}.securityContext`, { fsGroup: 7 }],
  [{ hostUsers: false }, "Deployment", `${pod}.hostUsers`, false],
  [{ securityContext: { runAsUser: 7 } }, "Deployment", `${container}.securityContext.runAsUser`, 7],
  [{ priorityClassName: "low" }, "Deployment", `${pod}.priorityClassName`, "low"],
  [{ schedulerName: "other" }, "Deployment", `${pod}.schedulerName`, "other"],
  [{ containerPort: 4443 }, "Deployment", `${container}.args.0`, "--secure-port=4443"],
  [{ containerPort: 4443 }, "Deployment", `${container}.ports.0.containerPort`, 4443],
  [{ containerPort: 4443, hostNetwork: { enabled: true } }, "Deployment", `${pod}.hostNetwork`, true],
  [{ replicas: 3 }, "Deployment", "spec.replicas", 3],
  [{ revisionHistoryLimit: 0 }, "Deployment", "spec.revisionHistoryLimit", 0],
  [{}, "Deployment", "spec.strategy.rollingUpdate.maxUnavailable", 0],
  [
    { containerPort: 4443, hostNetwork: { enabled: true } },
    "Deployment",
    "spec.strategy.rollingUpdate.maxUnavailable",
    1
  ],
  [{ updateStrategy: { type: "Recreate" } }, "Deployment", "spec.strategy", { type: "Recreate" }],
  [{ podDisruptionBudget: { enabled: true } }, "PodDisruptionBudget", "spec.maxUnavailable", 1],
  [{ podDisruptionBudget: { enabled: true, minAvailable: "50%" } }, "PodDisruptionBudget", "spec.minAvailable", "50%"],
  [{ podDisruptionBudget: { enabled: true, maxUnavailable: 0 } }, "PodDisruptionBudget", "spec.maxUnavailable", 0],
  [
    { podDisruptionBudget: { enabled: true, unhealthyPodEvictionPolicy: "AlwaysAllow" } },
    "PodDisruptionBudget",
    "spec.unhealthyPodEvictionPolicy",
    "AlwaysAllow"
  ],
  [{ defaultArgs: ["--v=2"] }, "Deployment", `${container}.args`, ["--secure-port=10250", "--v=2"]],
  [{ args: ["--node-selector=a=b"] }, "Deployment", `${container}.args`, [...defaultArgs, "--node-selector=a=b"]],
  [{ livenessProbe: { timeoutSeconds: 3 } }, "Deployment", `${container}.livenessProbe.timeoutSeconds`, 3],
  [{ readinessProbe: probe }, "Deployment", `${container}.readinessProbe.initialDelaySeconds`, 5],
  [{ service: { type: "NodePort" } }, "Service", "spec.type", "NodePort"],
  [{ service: { port: 8443 } }, "APIService/v1.metrics.k8s.io", "spec.service.port", 8443],
  [{ service: { annotations: { a: "b" } } }, "Service", "metadata.annotations", { a: "b" }],
  [{ service: { labels: { team: "t" } } }, "Service", "metadata.labels.team", "t"],
  [{ service: { ipFamilyPolicy: "PreferDualStack" } }, "Service", "spec.ipFamilyPolicy", "PreferDualStack"],
  [{ service: { ipFamilies: ["IPv6"] } }, "Service", "spec.ipFamilies", ["IPv6"]],
  [
    { addonResizer: { enabled: false, image: {}, securityContext: {}, resources: {}, nanny: { cpu: "0m" } } },
    "Deployment",
    `${pod}.containers.1`,
    undefined
  ],
  [{ metrics: { enabled: true } }, "Deployment", `${container}.args`, [...defaultArgs, paths]],
  [
    monitored({}),
    "ServiceMonitor",
    "spec.endpoints.0.bearerTokenFile",
    `/var/run/secrets/kubernetes.io/serviceaccount/token`
  ],
  [{ ...monitored({}), metrics: { enabled: true } }, "ServiceMonitor", "spec.endpoints.0.bearerTokenFile", undefined],
  [monitored({}), "ClusterRole/system:metrics-server-metrics-reader", "rules", [
    { nonResourceURLs: ["/metrics"], verbs: ["get"] }
  ]],
  [{ ...monitored({}), metrics: { enabled: true } }, "ClusterRole/system:metrics-server-metrics-reader", "", undefined],
  [{ serviceMonitor: { enabled: false } }, "ClusterRole/system:metrics-server-metrics-reader", "", undefined],
  [monitored({ additionalLabels: { release: "p" } }), "ServiceMonitor", "metadata.labels.release", "p"],
  [monitored({ interval: "30s" }), "ServiceMonitor", "spec.endpoints.0.interval", "30s"],
  [monitored({ scrapeTimeout: "5s" }), "ServiceMonitor", "spec.endpoints.0.scrapeTimeout", "5s"],
  [monitored({ metricRelabelings: relabeling }), "ServiceMonitor", "spec.endpoints.0.metricRelabelings", relabeling],
  [monitored({ relabelings: relabeling }), "ServiceMonitor", "spec.endpoints.0.relabelings", relabeling],
  [{ resources: { limits: { memory: "1Gi" } } }, "Deployment", `${container}.resources.limits`, { memory: "1Gi" }],
  [
    { extraVolumeMounts: [{ name: "x", mountPath: "/x" }] },
    "Deployment",
    `${container}.volumeMounts.1`,
    { name: "x", mountPath: "/x" }
  ],
  [{ enabled: true }, "Deployment", "spec.replicas", 1],
  [{ env: [{ name: "A", value: "b" }] }, "Deployment", `${container}.env`, [{ name: "A", value: "b" }]],
  [{ extraVolumes: [{ name: "x", emptyDir: {} }] }, "Deployment", `${pod}.volumes.1`, { name: "x", emptyDir: {} }],
  [
    { nodeSelector: { pool: "system" } },
    "Deployment",
    `${pod}.nodeSelector`,
    { "kubernetes.io/os": "linux", pool: "system" }
  ],
  [{ tolerations: [{ operator: "Exists" }] }, "Deployment", `${pod}.tolerations`, [{ operator: "Exists" }]],
  [{ affinity: { nodeAffinity: {} } }, "Deployment", `${pod}.affinity`, { nodeAffinity: {} }],
  [{ topologySpreadConstraints: spread }, "Deployment", `${pod}.topologySpreadConstraints`, spread],
  [{ dnsConfig: { nameservers: ["192.0.2.1"] } }, "Deployment", `${pod}.dnsConfig`, { nameservers: ["192.0.2.1"] }],
  [{ tmpVolume: { emptyDir: { medium: "Memory" } } }, "Deployment", `${pod}.volumes.0.emptyDir.medium`, "Memory"],

  [certManager({}), "Deployment", `${container}.args.6`, "--tls-private-key-file=/tmp/tls-certs/tls.key"],
  [
    certManager({}),
    "APIService/v1.metrics.k8s.io",
    "metadata.annotations",
    { "cert-manager.io/inject-ca-from": "kube-system/metrics-server" }
  ],
  [certManager({}), "APIService/v1.metrics.k8s.io", "spec.insecureSkipTLSVerify", undefined],
  [
    { ...certManager({ addInjectorAnnotations: false }), apiService: { caBundle: "PEM" } },
    "APIService/v1.metrics.k8s.io",
    "spec.caBundle",
    "UEVN"
  ],
  [
    { tls: { type: "cert-manager", clusterDomain: "example" } },
    "Certificate/metrics-server",
    "spec.dnsNames.2",
    "metrics-server.kube-system.svc.example"
  ],
  [
    certManager({ existingIssuer: { enabled: true, kind: "ClusterIssuer", name: "corporate" } }),
    "Certificate",
    "spec.issuerRef",
    { group: "cert-manager.io", kind: "ClusterIssuer", name: "corporate" }
  ],
  [certManager({ duration: "720h" }), "Certificate/metrics-server", "spec.duration", "720h"],
  [certManager({ renewBefore: "240h" }), "Certificate/metrics-server", "spec.renewBefore", "240h"],
  [certManager({ annotations: { a: "b" } }), "Certificate/metrics-server", "metadata.annotations", { a: "b" }],
  [certManager({ labels: { team: "t" } }), "Certificate/metrics-server", "metadata.labels.team", "t"],
  [
    { tls: { type: "existingSecret", existingSecret: { name: "mine", lookup: false } } },
    "Deployment",
    `${pod}.volumes.1.secret.secretName`,
    "mine"
  ],
  [{ tls: { helm: { lookup: true, certDurationDays: 365 } } }, "Secret", "", undefined],

  [{ networkPolicy: { enabled: true } }, "NetworkPolicy", "spec.ingress.0.from", undefined],
  [
    { networkPolicy: { enabled: true, from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] } },
    "NetworkPolicy",
    "spec.ingress.0.from",
    [{ ipBlock: { cidr: "10.0.0.0/8" } }]
  ],
  [
    { networkPolicy: { enabled: true, egressPorts: [10255] } },
    "NetworkPolicy",
    "spec.egress.0.ports",
    [{ port: 10255, protocol: "TCP" }]
  ],
  [autoscaled({ updateMode: "Off" }), "VerticalPodAutoscaler", "spec.updatePolicy.updateMode", "Off"],
  [
    autoscaled({ minAllowed: { cpu: "1" } }),
    "VerticalPodAutoscaler",
    "spec.resourcePolicy.containerPolicies.0.minAllowed.cpu",
    "1"
  ],
  [
    autoscaled({ maxAllowed: { cpu: "2" } }),
    "VerticalPodAutoscaler",
    "spec.resourcePolicy.containerPolicies.0.maxAllowed",
    { cpu: "2" }
  ],
  [{ dashboards: { enabled: true, labels: { grafana: "yes" } } }, "ConfigMap", "metadata.labels.grafana", "yes"],
  [{ dashboards: { enabled: true, annotations: { folder: "K" } } }, "ConfigMap", "metadata.annotations", {
    folder: "K"
  }],
  [
    { prometheusRule: { enabled: true, additionalLabels: { release: "p" } } },
    "PrometheusRule",
    "metadata.labels.release",
    "p"
  ]
]
