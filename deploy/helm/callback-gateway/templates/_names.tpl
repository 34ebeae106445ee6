{{- define "gateway.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- /* At most 52 letters, so that the revision of the StatefulSet and "-headless" fit as well. */ -}}
{{- define "gateway.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- default $full .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "gateway.selector" -}}
app.kubernetes.io/name: {{ include "gateway.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "gateway.labels" -}}
{{ include "gateway.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "gateway.image" -}}
{{- $version := printf ":%s" (default .Chart.AppVersion .Values.image.tag) }}
{{- .Values.image.repository }}{{ ternary $version (printf "@%s" .Values.image.digest) (empty .Values.image.digest) }}
{{- end }}

{{- /* gateway.yaml: what was given, and the addresses and the path that the pod has. */ -}}
{{- define "gateway.config" -}}
{{- $own := dict "server" (dict "listen" "0.0.0.0:8080") "admin" (dict "listen" "0.0.0.0:9090") "journal" (dict "path" "/gateway/var/journal.db") }}
{{- mergeOverwrite (deepCopy .Values.config) $own | toYaml }}
{{- end }}
