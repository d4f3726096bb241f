{{/* Names, labels and the values of one component. */}}

{{- define "vibecode.fullname" -}}
{{- $name := contains .Chart.Name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) -}}
{{- $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "vibecode.secret" -}}
{{- default (include "vibecode.fullname" .) .Values.secrets.name -}}
{{- end -}}

{{/* A component's values as JSON: `defaults` with what `components` says of it. Arguments: root, name. */}}
{{- define "vibecode.component" -}}
{{- $own := index .root.Values.components .name -}}
{{- $merged := mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy $own) -}}
{{- $rollout := .root.Values.rollout -}}
{{- $_ := set $merged "isRollout" (and (ne $rollout.strategy "rolling") (has .name $rollout.components)) -}}
{{- $merged | toJson -}}
{{- end -}}

{{/* Arguments: root, name. */}}
{{- define "vibecode.selector" -}}
app.kubernetes.io/name: vibecode
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end -}}

{{- define "vibecode.labels" -}}
{{ include "vibecode.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: vibecode
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "vibecode.image" -}}
{{ printf "%s/%s:%s" .root.Values.image.prefix .name (default .root.Chart.AppVersion .root.Values.image.tag) }}
{{- end -}}
