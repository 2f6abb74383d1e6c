/** What the chart of the original takes, and what this one refuses. */

/** The keys of the chart of kubernetes-sigs/metrics-server 3.13.1, and `hostUsers` of its next version. */
export const ofTheOriginal = `
  image.repository image.tag image.pullPolicy imagePullSecrets nameOverride fullnameOverride namespaceOverride
  serviceAccount.create serviceAccount.annotations serviceAccount.name serviceAccount.secrets rbac.create rbac.pspEnabled
  apiService.create apiService.annotations apiService.insecureSkipTLSVerify apiService.caBundle
  commonLabels podLabels podAnnotations podSecurityContext hostUsers securityContext priorityClassName containerPort
  hostNetwork.enabled replicas revisionHistoryLimit updateStrategy podDisruptionBudget.enabled
  podDisruptionBudget.minAvailable podDisruptionBudget.maxUnavailable podDisruptionBudget.unhealthyPodEvictionPolicy
  defaultArgs args livenessProbe readinessProbe service.type service.port service.annotations service.labels
  addonResizer.enabled addonResizer.image.repository addonResizer.image.tag addonResizer.securityContext
  addonResizer.resources addonResizer.nanny.cpu addonResizer.nanny.extraCpu addonResizer.nanny.memory
  addonResizer.nanny.extraMemory addonResizer.nanny.minClusterSize addonResizer.nanny.pollPeriod
  addonResizer.nanny.threshold metrics.enabled serviceMonitor.enabled serviceMonitor.additionalLabels
  serviceMonitor.interval serviceMonitor.scrapeTimeout serviceMonitor.metricRelabelings serviceMonitor.relabelings
  resources extraVolumeMounts extraVolumes nodeSelector tolerations affinity topologySpreadConstraints dnsConfig
  deploymentAnnotations schedulerName tmpVolume tls.type tls.clusterDomain tls.certManager.addInjectorAnnotations
  tls.certManager.existingIssuer.enabled tls.certManager.existingIssuer.kind tls.certManager.existingIssuer.name
  tls.certManager.duration tls.certManager.renewBefore tls.certManager.annotations tls.certManager.labels
  tls.helm.lookup tls.helm.certDurationDays tls.existingSecret.lookup tls.existingSecret.name
`.trim().split(/\s+/)

/** What is refused, and what is said about it. */
export const refused: ReadonlyArray<readonly [values: object, reason: RegExp]> = [
  [{ rbac: { pspEnabled: true } }, /rbac\/pspEnabled.*no PodSecurityPolicy since 1\.25/],
  [{ addonResizer: { enabled: true } }, /addonResizer\/enabled.*use verticalPodAutoscaler/],
  [{ tls: { type: "helm" } }, /tls\/type.*a key made by every rendering is another in every rendering/],
  [
    { tls: { type: "existingSecret", existingSecret: { lookup: true } } },
    /existingSecret\/lookup.*give apiService\.caBundle/
  ],
  [{ hostNetwork: { enabled: true } }, /hostNetwork\/enabled.*another containerPort/],
  [{ podDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } }, /podDisruptionBudget/],
  [{ replica: 2 }, /additional properties 'replica' not allowed/],
  [{ image: { digest: "sha256:0" } }, /image.*additional properties 'digest' not allowed/]
]
