{{/* The strategy of a Rollout. Arguments: root, name, component. */}}
{{- define "vibecode.rollout" -}}
{{- $fullname := printf "%s-%s" (include "vibecode.fullname" .root) .name -}}
progressDeadlineSeconds: 300
progressDeadlineAbort: true
strategy:
{{- if eq .root.Values.rollout.strategy "blueGreen" }}
  blueGreen:
    activeService: {{ $fullname }}
    previewService: {{ $fullname }}-preview
    autoPromotionEnabled: true
    # The old pods stay for a while, so that a rollback takes seconds.
    scaleDownDelaySeconds: 300
    postPromotionAnalysis: {{- include "vibecode.analysis" . | nindent 6 }}
{{- else }}
  canary:
    maxSurge: 1
    maxUnavailable: 0
    {{- if and (eq .name "gateway") .root.Values.ingress.enabled (eq .root.Values.ingress.kind "nginx") }}
    stableService: {{ $fullname }}
    canaryService: {{ $fullname }}-preview
    trafficRouting:
      nginx: { stableIngress: {{ include "vibecode.fullname" .root }} }
    {{- end }}
    # The analysis runs beside the steps. When it fails, the canary is taken down and the old version stays.
    analysis:
      startingStep: 1
      {{- include "vibecode.analysis" . | nindent 6 }}
    steps:
      - setWeight: 10
      - pause: { duration: 3m }
      - setWeight: 50
      - pause: { duration: 5m }
{{- end }}
{{- end -}}

{{- define "vibecode.analysis" -}}
templates:
  - templateName: {{ include "vibecode.fullname" .root }}
args:
  - { name: component, value: {{ .name }} }
  - name: hash
    valueFrom: { podTemplateHashValue: Latest }
{{- end -}}
