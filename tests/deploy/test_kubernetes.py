"""deploy/kubernetes: valid by Kubernetes' own schemas, and it fits together, and to the app."""

from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.environment import ROOT, read_by_code
from ui.server import health

FOLDER = ROOT / "deploy" / "kubernetes"
VERSION = "1.31"
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text("utf-8"))
STREAMLITS = "/_stcore/health"


def _documents() -> Iterator[dict[str, Any]]:
    for name in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((FOLDER / name).read_text("utf-8"))


DOCUMENTS = list(_documents())
NAMES = [f"{document['kind']}/{document['metadata']['name']}" for document in DOCUMENTS]
FOUND = dict(zip(NAMES, DOCUMENTS, strict=True))
PODS = {name: FOUND[f"Deployment/{name}"]["spec"]["template"] for name in ("digitlab", "digitlab-trainer")}


def container(name: str) -> dict[str, Any]:
    (only,) = PODS[name]["spec"]["containers"]
    return only


def test_each_file_belongs_to_it() -> None:
    assert {*KUSTOMIZATION["resources"], "kustomization.yaml"} == {file.name for file in FOLDER.iterdir()}
    assert {image["name"] for image in KUSTOMIZATION["images"]} == {container(name)["image"] for name in PODS}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_valid(name: str) -> None:
    kubernetes_validate.validate(FOUND[name], VERSION, strict=True)


def test_a_slip_would_be_noticed() -> None:
    wrong = FOUND["Service/digitlab"] | {"spec": {"selectors": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_whatever_selects_pods_finds_them() -> None:
    replicas = PODS["digitlab"]["metadata"]["labels"]
    selectors = [
        FOUND["Deployment/digitlab"]["spec"]["selector"]["matchLabels"],
        FOUND["PodDisruptionBudget/digitlab"]["spec"]["selector"]["matchLabels"],
        FOUND["NetworkPolicy/digitlab"]["spec"]["podSelector"]["matchLabels"],
        FOUND["Service/digitlab"]["spec"]["selector"],
        *(
            spread["labelSelector"]["matchLabels"]
            for spread in PODS["digitlab"]["spec"]["topologySpreadConstraints"]
        ),
    ]
    for selector in selectors:
        assert selector
        assert selector.items() <= replicas.items()
    trainers = PODS["digitlab-trainer"]["metadata"]["labels"]
    assert FOUND["Deployment/digitlab-trainer"]["spec"]["selector"]["matchLabels"] == trainers != replicas
    assert FOUND["HorizontalPodAutoscaler/digitlab"]["spec"]["scaleTargetRef"]["name"] == "digitlab"


def test_visitors_come_to_the_apps_port_and_stay_with_a_replica() -> None:
    app = container("digitlab")
    assert app["ports"] == [{"name": "http", "containerPort": 8501}]
    service = FOUND["Service/digitlab"]
    assert [port["targetPort"] for port in service["spec"]["ports"]] == ["http"]
    (rule,) = FOUND["Ingress/digitlab"]["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["backend"]["service"]["name"] == "digitlab"
    assert FOUND["Ingress/digitlab"]["spec"]["tls"][0]["hosts"] == [rule["host"]]
    sticky = "traefik.ingress.kubernetes.io/service.sticky.cookie"
    assert service["metadata"]["annotations"][sticky] == "true"
    assert service["metadata"]["annotations"][f"{sticky}.name"] == "digitlab"


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_what_is_probed_is_there_and_doesnt_need_the_database(probe: str) -> None:
    asked = container("digitlab")[probe]["httpGet"]
    assert asked["port"] == "http"
    checks = {f"/api/health/{name}" for name in health.CHECKS if name != "database"}
    assert asked["path"] in checks | {STREAMLITS}, "without the database, all replicas would be out at once"


def test_no_class_is_without_a_replica() -> None:
    scaling = FOUND["HorizontalPodAutoscaler/digitlab"]["spec"]
    budget = FOUND["PodDisruptionBudget/digitlab"]["spec"]
    assert budget["maxUnavailable"] < scaling["minReplicas"] <= scaling["maxReplicas"]
    assert FOUND["Deployment/digitlab"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert "replicas" not in FOUND["Deployment/digitlab"]["spec"], "each `apply` would undo the autoscaler"
    pause = int(container("digitlab")["lifecycle"]["preStop"]["exec"]["command"][1])
    assert pause < PODS["digitlab"]["spec"]["terminationGracePeriodSeconds"] - 30


@pytest.mark.parametrize("name", list(PODS))
def test_pods_are_bounded_and_may_do_little(name: str) -> None:
    pod, only = PODS[name]["spec"], container(name)
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 1000
    assert "USER 1000:1000" in (ROOT / "deploy" / "Containerfile").read_text("utf-8")
    assert not pod["automountServiceAccountToken"]
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert only["resources"]["limits"]["memory"]
    assert {mount["mountPath"] for mount in only["volumeMounts"]} == {"/tmp", "/data"}
    assert {variable["name"] for variable in only["env"]} <= read_by_code()
