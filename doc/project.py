"""Opens the project of a theme of a running Maille in QGIS, without a screen, and draws it at zooms 8 to 14: as it opens, which is
vector tiles but for points, then all by OGC API Features. A layer that does not open, or a warning of QGIS, ends it.

    make demo                                        # in another terminal
    QT_QPA_PLATFORM=offscreen python3 doc/project.py [http://127.0.0.1:8080] [couverture] [doc]

It writes doc/qgis-couverture.png and doc/qgis-couverture-objets.png.
"""

import gc
import sys
import tempfile
import urllib.request

from qgis.core import (
    Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsMapRendererParallelJob, QgsMapSettings, QgsPointXY, QgsProject, QgsRectangle,
)
from qgis.PyQt.QtCore import QRect, QSize, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
THEME = sys.argv[2] if len(sys.argv) > 2 else "couverture"
FOLDER = sys.argv[3] if len(sys.argv) > 3 else "doc"

CENTRE = QgsPointXY(2.4296, 48.6330)  # Évry-Courcouronnes, degrees
ZOOMS = range(8, 15)
SIDE, COLUMNS = 480, 4
GROUNDS = 156543.03 / 2 * 0.6616  # metres of a pixel of MapLibre at zoom 0, at this latitude

messages = []


def heard(message, tag, level):
    if level >= Qgis.Warning:
        messages.append(f"{tag}: {message}")


def opened():
    address = f"{SERVICE}/qgis/{THEME}.qgz"
    with urllib.request.urlopen(address) as answer, tempfile.NamedTemporaryFile(suffix=".qgz") as file:
        file.write(answer.read())
        file.flush()
        project = QgsProject.instance()
        if not project.read(file.name):
            sys.exit(f"{address}: {project.error()}")
    print(f"{project.title()}, {project.crs().authid()}")
    for layer in project.mapLayers().values():
        if not layer.isValid():
            sys.exit(f"{layer.name()} does not open: {layer.error().summary()}")
    return project


def counted(group):
    """Holds what QGIS reads of each collection, all of it, to what the service says that there is."""
    for node in group.findLayers():
        layer = node.layer()
        read = sum(1 for _ in layer.getFeatures())
        print(f"{layer.name()}: {read} features of {layer.featureCount()}, {len(layer.fields())} fields")
        if read != layer.featureCount():
            sys.exit("some are missing")


def view(project, layers, zoom):
    settings = QgsMapSettings()
    settings.setDestinationCrs(project.crs())
    settings.setTransformContext(project.transformContext())
    settings.setLayers(layers)
    settings.setBackgroundColor(project.backgroundColor())
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setOutputDpi(96)
    settings.setFlag(QgsMapSettings.Antialiasing)
    centre = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), project.crs(), project).transform(CENTRE)
    half = GROUNDS / 2**zoom * SIDE / 2
    settings.setExtent(QgsRectangle(centre.x() - half, centre.y() - half, centre.x() + half, centre.y() + half))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    messages.extend(f"{error.layerID}: {error.message}" for error in job.errors())
    return job.renderedImage()


def sheet(project, layers, path):
    picture = QImage(COLUMNS * SIDE, -(-(len(ZOOMS) + 1) // COLUMNS) * SIDE, QImage.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    for i, zoom in enumerate(ZOOMS):
        x, y = i % COLUMNS * SIDE, i // COLUMNS * SIDE
        painter.drawImage(x, y, view(project, layers, zoom))
        painter.setPen(QColor("white"))
        painter.drawRect(x, y, SIDE - 1, SIDE - 1)
        painter.fillRect(x, y, 40, 20, QColor("white"))
        painter.setPen(QColor("black"))
        painter.drawText(QRect(x, y, 40, 20), Qt.AlignCenter, f"z {zoom}")
    x, y = len(ZOOMS) % COLUMNS * SIDE, len(ZOOMS) // COLUMNS * SIDE
    about = f"{project.title()}\n\nQGIS {Qgis.QGIS_VERSION}, {project.crs().authid()}\n\n{project.metadata().abstract()}"
    painter.drawText(QRect(x + 20, y + 20, SIDE - 40, SIDE - 40), Qt.TextWordWrap, about)
    painter.end()
    if not picture.save(path):
        sys.exit(f"{path} cannot be written")
    print(path)


def main():
    QgsApplication.messageLog().messageReceived.connect(heard)
    project = opened()
    features = project.layerTreeRoot().children()[0]
    counted(features)
    sheet(project, project.layerTreeRoot().checkedLayers(), f"{FOLDER}/qgis-{THEME}.png")
    sheet(project, [node.layer() for node in features.findLayers()], f"{FOLDER}/qgis-{THEME}-objets.png")
    QgsProject.instance().clear()
    if messages:
        sys.exit("QGIS warns:\n" + "\n".join(messages))


# Layers go before QGIS does: what is left of them when the program ends would crash it.
QgsApplication.setPrefixPath("/usr", True)
qgis = QgsApplication([], False)
qgis.initQgis()
try:
    main()
finally:
    gc.collect()
    qgis.exitQgis()
