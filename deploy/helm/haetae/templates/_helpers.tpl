{{- define "haetae.name" -}}
{{- printf "%s-haetae" .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "haetae.labels" -}}
app.kubernetes.io/name: haetae
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end -}}

{{- define "haetae.scheme" -}}
{{- if .Values.tls.secretName }}HTTPS{{ else }}HTTP{{ end -}}
{{- end -}}

{{/* The pod of one role: root, role, args, resources; volume: what /var/lib/haetae is, where it is none of a claim. */}}
{{- define "haetae.pod" -}}
serviceAccountName: {{ include "haetae.name" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 60
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .root.Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{ include "haetae.labels" . | nindent 8 }}
containers:
  - name: haetae
    image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args:
      - serve
      - --host
      - 0.0.0.0
      {{- if ne .role "single" }}
      - --role
      - {{ .role }}
      {{- end }}
      {{- if .root.Values.tls.secretName }}
      - --tls-cert
      - /etc/haetae/tls/tls.crt
      - --tls-key
      - /etc/haetae/tls/tls.key
      {{- end }}
      {{- range concat .root.Values.args .args }}
      - {{ . | quote }}
      {{- end }}
    {{- with .root.Values.secret.env }}
    envFrom:
      - secretRef: { name: {{ . }} }
    {{- end }}
    {{- if .root.Values.secret.name }}
    env:
      - name: HAETAE_STORE
        valueFrom: { secretKeyRef: { name: {{ .root.Values.secret.name }}, key: store, optional: {{ eq .role "single" }} } }
      {{- if ne .role "single" }}
      - name: {{ if .root.Values.bus.settings }}HAETAE_BUS_URL{{ else }}HAETAE_BUS{{ end }}
        valueFrom: { secretKeyRef: { name: {{ .root.Values.secret.name }}, key: bus } }
      {{- with .root.Values.bus.settings }}
      - name: HAETAE_BUS
        value: {{ printf "$(HAETAE_BUS_URL)%s" . | quote }}
      {{- end }}
      {{- end }}
      {{- if has .role (list "single" "detect") }}
      - name: HAETAE_OPENSEARCH
        valueFrom: { secretKeyRef: { name: {{ .root.Values.secret.name }}, key: opensearch, optional: true } }
      {{- end }}
    {{- end }}
    ports:
      - { name: http, containerPort: 8484 }
    startupProbe:
      httpGet: { path: /healthz, port: http, scheme: {{ include "haetae.scheme" .root }} }
      periodSeconds: 2
      failureThreshold: 90
    livenessProbe:
      httpGet: { path: /healthz, port: http, scheme: {{ include "haetae.scheme" .root }} }
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    readinessProbe:
      httpGet: { path: /readyz, port: http, scheme: {{ include "haetae.scheme" .root }} }
      periodSeconds: 5
      timeoutSeconds: 5
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
    resources: {{ toYaml .resources | nindent 6 }}
    volumeMounts:
      - { name: data, mountPath: /var/lib/haetae }
      - { name: tmp, mountPath: /tmp }
      {{- if .root.Values.tls.secretName }}
      - { name: tls, mountPath: /etc/haetae/tls, readOnly: true }
      {{- end }}
      {{- if .root.Values.identity.secretName }}
      - { name: identity, mountPath: /var/lib/haetae/identity.pem, subPath: identity.pem, readOnly: true }
      {{- end }}
      {{- range .root.Values.files }}
      - { name: {{ .name }}, mountPath: {{ .mountPath }}, readOnly: true }
      {{- end }}
volumes:
  - name: tmp
    emptyDir: {}
  {{- if ne .role "single" }}
  - name: data
    emptyDir: {}
  {{- end }}
  {{- if .root.Values.tls.secretName }}
  - name: tls
    secret: { secretName: {{ .root.Values.tls.secretName }}, defaultMode: 0440 }
  {{- end }}
  {{- if .root.Values.identity.secretName }}
  - name: identity
    secret: { secretName: {{ .root.Values.identity.secretName }}, defaultMode: 0440 }
  {{- end }}
  {{- range .root.Values.files }}
  - {{ omit . "mountPath" | toYaml | nindent 4 | trim }}
  {{- end }}
{{- end -}}
