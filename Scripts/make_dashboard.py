#!/usr/bin/env python3
"""Prints deploy/grafana/espalier.json, the dashboard; each panel is a line here.

    Scripts/make_dashboard.py > deploy/grafana/espalier.json
"""

import json
panels = []
y = 0
def row(title):
    global y
    panels.append({"type": "row", "title": title, "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "collapsed": False, "panels": []})
    y += 1
def line(items, h=8):
    global y
    w = 24 // len(items)
    for number, item in enumerate(items):
        title, unit, targets = item[:3]
        kind = item[3] if len(item) > 3 else "timeseries"
        panel = {
            "type": kind, "title": title, "gridPos": {"x": number * w, "y": y, "w": w, "h": h},
            "datasource": {"type": "prometheus", "uid": "${source}"},
            "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
            "targets": [{"refId": chr(65 + n), "expr": expr, "legendFormat": legend, "datasource": {"type": "prometheus", "uid": "${source}"}} for n, (expr, legend) in enumerate(targets)],
        }
        if kind == "timeseries":
            panel["options"] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}
        else:
            panel["options"] = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value"}
        panels.append(panel)
    y += h
S = '{instance=~"$instance"}'
def s(**labels): return "{" + ", ".join(['instance=~"$instance"'] + [f'{k}{v}' for k, v in labels.items()]) + "}"
def q(metric, by="", quantile=0.99, extra=S):
    return f"histogram_quantile({quantile}, sum by (le{', ' + by if by else ''}) (rate({metric}_bucket{extra}[$__rate_interval])))"
row("At a glance")
line([
    ("Up since", "dateTimeFromNow", [(f"process_start_time_seconds{S} * 1000", "{{instance}}")], "stat"),
    ("Jobs running", "short", [(f"sum(espalier_workers_busy{S})", "busy")], "stat"),
    ("Jobs waiting", "short", [(f'sum(espalier_jobs{s(status="=""queued""")})'.replace('=queued', '="queued"'), "queued")], "stat"),
    ("Oldest waits", "s", [(f"max(espalier_queue_oldest_seconds{S})", "oldest")], "stat"),
    ("Requests", "reqps", [(f"sum(rate(espalier_http_requests_total{S}[$__rate_interval]))", "all")], "stat"),
    ("Disk free", "bytes", [(f"min(espalier_disk_free_bytes{S})", "free")], "stat"),
], 4)
row("Requests")
line([
    ("By status", "reqps", [(f"sum by (status) (rate(espalier_http_requests_total{S}[$__rate_interval]))", "{{status}}")]),
    ("By route", "reqps", [(f"sum by (method, route) (rate(espalier_http_requests_total{S}[$__rate_interval]))", "{{method}} {{route}}")]),
    ("Slowest of a hundred, by route", "s", [(q("espalier_http_request_duration_seconds", "method, route"), "{{method}} {{route}}")]),
])
line([
    ("Open", "short", [(f"sum(espalier_http_connections{S})", "connections"), (f"sum(espalier_http_requests_in_flight{S})", "requests"), (f"sum(espalier_http_event_streams{S})", "event streams")]),
    ("Bodies", "Bps", [(f"sum(rate(espalier_http_request_body_bytes_total{S}[$__rate_interval]))", "read"), (f"sum(rate(espalier_http_response_body_bytes_total{S}[$__rate_interval]))", "sent")]),
    ("Given up by clients", "reqps", [(f"sum(rate(espalier_http_aborted_requests_total{S}[$__rate_interval]))", "aborted")]),
    ("Turned away", "cps", [(f"sum(rate(espalier_http_refused_connections_total{S}[$__rate_interval]))", "too many"), (f"sum(rate(espalier_http_cut_connections_total{S}[$__rate_interval]))", "too slow")]),
])
row("Jobs and training")
line([
    ("Jobs by state", "short", [(f"sum by (status) (espalier_jobs{S})", "{{status}}")]),
    ("Jobs that ended", "ops", [(f"sum by (status, stop_reason) (rate(espalier_jobs_finished_total{S}[$__rate_interval]))", "{{status}}, {{stop_reason}}")]),
    ("Workers busy", "percentunit", [(f"sum(espalier_workers_busy{S}) / sum(espalier_workers{S})", "busy"), (f"sum(rate(espalier_training_seconds_total{S}[$__rate_interval])) / sum(espalier_workers{S})", "training")]),
    ("Oldest queued job", "s", [(f"max(espalier_queue_oldest_seconds{S})", "waits")]),
    ("Found begun at the start", "short", [(f"sum by (outcome) (espalier_recovered_jobs{S})", "{{outcome}}")]),
])
line([
    ("Examples trained", "ops", [(f"sum(rate(espalier_training_examples_total{S}[$__rate_interval]))", "examples")]),
    ("Steps and epochs", "ops", [(f"sum(rate(espalier_training_steps_total{S}[$__rate_interval]))", "steps"), (f"sum(rate(espalier_training_epochs_total{S}[$__rate_interval]))", "epochs")]),
    ("Checkpoints", "s", [(q("espalier_checkpoint_duration_seconds"), "99 %"), (q("espalier_checkpoint_duration_seconds", quantile=0.5), "median")]),
    ("Checkpoints written", "Bps", [(f"sum(rate(espalier_checkpoint_bytes_total{S}[$__rate_interval]))", "bytes"), (f"sum(rate(espalier_checkpoint_errors_total{S}[$__rate_interval]))", "errors")]),
])
row("Store and disk")
line([
    ("Commits", "s", [(q("espalier_store_commit_duration_seconds"), "99 %"), (q("espalier_store_commit_duration_seconds", quantile=0.5), "median")]),
    ("Writes and commits", "ops", [(f"sum(rate(espalier_store_writes_total{S}[$__rate_interval]))", "writes"), (f"sum(rate(espalier_store_commit_duration_seconds_count{S}[$__rate_interval]))", "commits")]),
    ("Fsyncs of files", "s", [(q("espalier_file_fsync_duration_seconds"), "99 %"), (q("espalier_file_fsync_duration_seconds", quantile=0.5), "median")]),
    ("Errors", "ops", [(f"sum(rate(espalier_store_errors_total{S}[$__rate_interval]))", "store"), (f"sum(rate(espalier_file_fsync_errors_total{S}[$__rate_interval]))", "fsync")]),
])
row("Process")
line([
    ("Processor", "short", [(f"sum by (instance) (rate(process_cpu_seconds_total{S}[$__rate_interval]))", "{{instance}}")]),
    ("Memory", "bytes", [(f"process_resident_memory_bytes{S}", "{{instance}} resident"), (f"process_virtual_memory_bytes{S}", "{{instance}} virtual")]),
    ("File descriptors", "short", [(f"process_open_fds{S}", "{{instance}} open"), (f"process_max_fds{S}", "{{instance}} most")]),
    ("Disk", "bytes", [(f"espalier_disk_free_bytes{S}", "{{instance}} free"), (f"espalier_disk_size_bytes{S}", "{{instance}} in all")]),
    ("Lines of the log dropped", "ops", [(f"sum by (instance) (rate(espalier_log_lines_dropped_total{S}[$__rate_interval]))", "{{instance}}")]),
])
for number, panel in enumerate(panels, 1):
    panel["id"] = number
dashboard = {
    "title": "Espalier", "uid": "espalier", "tags": ["espalier"], "timezone": "browser", "schemaVersion": 38, "version": 1, "refresh": "30s",
    "time": {"from": "now-3h", "to": "now"}, "editable": True, "annotations": {"list": []}, "links": [],
    "templating": {"list": [
        {"name": "source", "type": "datasource", "query": "prometheus", "label": "Source", "current": {}, "hide": 0},
        {"name": "instance", "type": "query", "label": "Instance", "datasource": {"type": "prometheus", "uid": "${source}"}, "query": {"query": "label_values(espalier_build_info, instance)", "refId": "instances"}, "definition": "label_values(espalier_build_info, instance)", "multi": True, "includeAll": True, "refresh": 2, "current": {}, "hide": 0, "sort": 1},
    ]},
    "panels": panels,
}
print(json.dumps(dashboard, indent=1, ensure_ascii=False))
