{{- define "metrics-server.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* A release that has the name in its own is called as the release. */}}
{{- define "metrics-server.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) }}
{{- default $full .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "metrics-server.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "metrics-server.serviceAccountName" -}}
{{- default (.Values.serviceAccount.create | ternary (include "metrics-server.fullname" .) "default") .Values.serviceAccount.name }}
{{- end }}

{{- /* They never change: a Deployment's selector cannot. */}}
{{- define "metrics-server.selectorLabels" -}}
app.kubernetes.io/name: {{ include "metrics-server.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "metrics-server.labels" -}}
{{- $labels := include "metrics-server.selectorLabels" . | fromYaml }}
{{- $_ := set $labels "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- $_ := set $labels "app.kubernetes.io/version" .Chart.AppVersion }}
{{- $_ := set $labels "app.kubernetes.io/managed-by" .Release.Service }}
{{- mergeOverwrite $labels (default dict .Values.commonLabels) | toYaml }}
{{- end }}

{{- /* Those labels, and more: (list $ labels). */}}
{{- define "metrics-server.labelsWith" -}}
{{- mergeOverwrite (include "metrics-server.labels" (index . 0) | fromYaml) (default dict (index . 1)) | toYaml }}
{{- end }}

{{- /* Name, namespace and labels of most objects. */}}
{{- define "metrics-server.metadata" -}}
name: {{ include "metrics-server.fullname" . }}
namespace: {{ include "metrics-server.namespace" . }}
labels:
  {{- include "metrics-server.labels" . | nindent 2 }}
{{- end }}

{{- define "metrics-server.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "metrics-server.serviceAccountName" . }}
    namespace: {{ include "metrics-server.namespace" . }}
{{- end }}
