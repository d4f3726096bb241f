{{/* Pods: what they run as, their environment. Arguments: root, name, component. */}}

{{- define "vibecode.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets: {{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "vibecode.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "vibecode.secretEnv" -}}
{{- $secret := include "vibecode.secret" .root -}}
{{- range .component.secrets }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }} } }
{{- end }}
{{- range .component.optionalSecrets }}
- name: {{ . }}
  valueFrom: { secretKeyRef: { name: {{ $secret }}, key: {{ . }}, optional: true } }
{{- end }}
{{- end -}}

{{- define "vibecode.env" -}}
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- if ne .name "gateway" }}
# The gateway sends to instances, not to the Service: it moves streams off an instance that stops.
- name: ADVERTISED_URL
  value: "http://$(POD_IP):{{ .component.port }}"
- name: KAFKA_BROKERS
  value: {{ required "kafka.brokers is missing: host:port of one or more brokers, separated by commas." .root.Values.kafka.brokers | quote }}
- name: KAFKA_PREFIX
  value: {{ .root.Values.kafka.prefix | quote }}
{{- else }}
- name: METRICS_LISTEN
  value: "0.0.0.0:{{ .component.metricsPort }}"
{{- if .root.Values.ingress.enabled }}
# The ingress puts the client's address last.
- name: CLIENT_IP_HEADER
  value: x-forwarded-for
{{- end }}
- name: WEB_ORIGIN
  value: {{ printf "https://%s" .root.Values.host | quote }}
{{- end }}
{{- $settings := mergeOverwrite (deepCopy .root.Values.settings) .component.settings }}
{{- range $key, $value := $settings }}
- name: {{ $key }}
  value: {{ $value | quote }}
{{- end }}
{{- include "vibecode.secretEnv" . }}
{{- end -}}

{{/* A process listens when it has started. Without its database it is not ready, but an outage restarts nothing. */}}
{{- define "vibecode.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 60
readinessProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{- define "vibecode.pod" -}}
metadata:
  labels: {{- include "vibecode.labels" . | nindent 4 }}
  annotations:
    # A change of the URLs restarts the pods.
    checksum/urls: {{ include (print .root.Template.BasePath "/urls.yaml") .root | sha256sum }}
spec:
  serviceAccountName: {{ include "vibecode.fullname" .root }}-{{ .name }}
  {{- include "vibecode.podSecurity" . | nindent 2 }}
  terminationGracePeriodSeconds: {{ .component.graceSeconds }}
  topologySpreadConstraints:
    {{- range $key, $when := dict "topology.kubernetes.io/zone" "ScheduleAnyway" "kubernetes.io/hostname" "ScheduleAnyway" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: {{ $when }}
      labelSelector:
        matchLabels: {{- include "vibecode.selector" $ | nindent 10 }}
    {{- end }}
  {{- with .component.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .component.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .name }}
      image: {{ include "vibecode.image" . }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      securityContext: {{- include "vibecode.containerSecurity" . | nindent 8 }}
      ports:
        - { name: http, containerPort: {{ .component.port }} }
        {{- with .component.metricsPort }}
        - { name: metrics, containerPort: {{ . }} }
        {{- end }}
      envFrom:
        - configMapRef: { name: {{ include "vibecode.fullname" .root }}-urls }
      env: {{- include "vibecode.env" . | nindent 8 }}
      {{- include "vibecode.probes" . | nindent 6 }}
      lifecycle:
        # Endpoints lose the pod at the same time as this begins; the signal follows when nobody sends here any more.
        preStop: { sleep: { seconds: {{ .component.preStopSeconds }} } }
      resources: {{- toYaml .component.resources | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
{{- end -}}
