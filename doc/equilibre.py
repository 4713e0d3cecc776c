"""Draws the map of a theme of a running Maille by QGIS, without a screen, from the project that it serves, beside the legend that it serves.

    make demo                                        # in another terminal
    QT_QPA_PLATFORM=offscreen python3 doc/equilibre.py [http://127.0.0.1:8080] [doc]

It writes doc/qgis-equilibre.png. The legend is drawn by Chromium: Qt knows no patterns, which hatch what has no value.
"""

import gc
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import xml.etree.ElementTree

from qgis.core import QgsApplication, QgsCoordinateTransform, QgsCoordinateReferenceSystem, QgsMapRendererParallelJob, QgsMapSettings, QgsProject
from qgis.PyQt.QtCore import QRect, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QImage, QPainter

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
FOLDER = sys.argv[2] if len(sys.argv) > 2 else "doc"
THEME, GROUND = "equilibre", "equilibre-communes"
WIDTH, HEIGHT, MARGIN, LEGEND, HEAD = 1460, 1180, 36, 360, 96


def asked(path):
    with urllib.request.urlopen(SERVICE + path) as answer:
        return answer.read()


def opened():
    with tempfile.NamedTemporaryFile(suffix=".qgz") as file:
        file.write(asked(f"/qgis/{THEME}.qgz"))
        file.flush()
        project = QgsProject.instance()
        if not project.read(file.name):
            sys.exit(project.error())
    for layer in project.mapLayers().values():
        if not layer.isValid():
            sys.exit(f"{layer.name()} does not open: {layer.error().summary()}")
    return project


def drawn(project, size):
    settings = QgsMapSettings()
    settings.setDestinationCrs(project.crs())
    settings.setTransformContext(project.transformContext())
    settings.setLayers(project.layerTreeRoot().checkedLayers())
    settings.setBackgroundColor(project.backgroundColor())
    settings.setOutputSize(size)
    settings.setOutputDpi(96)
    settings.setFlag(QgsMapSettings.Antialiasing)
    ground = project.mapLayer(f"objets_{GROUND}")
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    box = QgsCoordinateTransform(degrees, project.crs(), project).transformBoundingBox(ground.extent())
    box.scale(1.04)
    settings.setExtent(box)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    if job.errors():
        sys.exit("\n".join(f"{error.layerID}: {error.message}" for error in job.errors()))
    return job.renderedImage()


def legend():
    text = asked(f"/styles/{THEME}/legend.svg")
    root = xml.etree.ElementTree.fromstring(text)
    wide, high = int(root.get("width")), int(root.get("height"))
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/legend.svg", "wb") as file:
            file.write(text)
        browser = shutil.which("chromium") or shutil.which("google-chrome") or sys.exit("this takes Chromium")
        subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--force-device-scale-factor={LEGEND / wide}", f"--window-size={wide},{high}",
                        f"--screenshot={folder}/legend.png", f"file://{folder}/legend.svg"], check=True, capture_output=True)
        return QImage(f"{folder}/legend.png")


def font(size, weight=QFont.Normal):
    chosen = QFont("DejaVu Sans")
    chosen.setPixelSize(size)
    chosen.setWeight(weight)
    return chosen


def page(project):
    picture = QImage(WIDTH, HEIGHT, QImage.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.Antialiasing)
    painter.setPen(QColor("#22272e"))
    painter.setFont(font(28, QFont.DemiBold))
    painter.drawText(QRect(MARGIN, 24, WIDTH - 2 * MARGIN, 44), Qt.AlignVCenter, project.title())
    side = QRect(MARGIN, HEAD, WIDTH - LEGEND - 3 * MARGIN, HEIGHT - HEAD - MARGIN)
    painter.drawImage(side, drawn(project, QSize(side.width(), side.height())))
    painter.setPen(QColor("#c9ccd1"))
    painter.drawRect(side)
    left = side.right() + MARGIN
    key = legend()
    painter.drawImage(left, HEAD, key)
    painter.setPen(QColor("#4b5563"))
    painter.setFont(font(14))
    below = HEAD + key.height() + 12
    painter.drawText(QRect(left + 12, below, LEGEND - 12, HEIGHT - below - MARGIN), Qt.TextWordWrap, project.metadata().abstract())
    painter.end()
    path = f"{FOLDER}/qgis-{THEME}.png"
    if not picture.save(path):
        sys.exit(f"{path} cannot be written")
    print(path)


# Layers go before QGIS does: what is left of them when the program ends would crash it.
QgsApplication.setPrefixPath("/usr", True)
qgis = QgsApplication([], False)
qgis.initQgis()
try:
    page(opened())
    QgsProject.instance().clear()
finally:
    gc.collect()
    qgis.exitQgis()
