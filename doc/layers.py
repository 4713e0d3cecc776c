"""Opens three collections of a running Maille in QGIS, without a screen, reads them by a box and draws them as one map.

    make demo                                        # in another terminal
    QT_QPA_PLATFORM=offscreen python3 doc/layers.py [http://127.0.0.1:8080] [doc/couches-essonne.png]

Each layer asks the service for the box only (bbox=), not for the whole collection; from QGIS 3.32 on, a filter on a
layer travels to the service too, as CQL2.
"""

import gc
import sys

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest, QgsFillSymbol, QgsMapRendererParallelJob,
    QgsMapSettings, QgsMarkerSymbol, QgsProject, QgsRectangle, QgsRuleBasedRenderer, QgsSingleSymbolRenderer, QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
PICTURE = sys.argv[2] if len(sys.argv) > 2 else "doc/couches-essonne.png"

BOX = QgsRectangle(2.05, 48.42, 2.55, 48.72)  # around Évry-Courcouronnes, degrees
LAMBERT = QgsCoordinateReferenceSystem("EPSG:2154")


def layer(collection, title):
    opened = QgsVectorLayer(f"url='{SERVICE}' typename='{collection}' restrictToRequestBBOX='1'", title, "OAPIF")
    if not opened.isValid():
        sys.exit(f"QGIS cannot open {collection}: {opened.error().summary()}")
    features = sum(1 for _ in opened.getFeatures(QgsFeatureRequest().setFilterRect(BOX)))
    types = sorted({f.typeName() for f in opened.fields()})
    print(f"{collection}: {features} of {opened.featureCount()} features in the box, {len(opened.fields())} fields ({', '.join(types)})")
    return opened


def coverage(communes):
    """Colours communes by the share of premises that fibre can reach; what is unknown is hatched, never zero."""
    root = QgsRuleBasedRenderer.Rule(None)
    for label, expression, colour in [
        ("moins de 80 %", '"cartefibre_taux" < 80', "#8c2981"),
        ("de 80 à 95 %", '"cartefibre_taux" >= 80 and "cartefibre_taux" < 95', "#de4968"),
        ("95 % et plus", '"cartefibre_taux" >= 95', "#fed7b0"),
    ]:
        symbol = QgsFillSymbol.createSimple({"color": colour, "outline_color": "#ffffff", "outline_width": "0.2"})
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, filterExp=expression, label=label))
    hatched = QgsFillSymbol.createSimple({"style": "b_diagonal", "color": "#777777", "outline_color": "#ffffff", "outline_width": "0.2"})
    root.appendChild(QgsRuleBasedRenderer.Rule(hatched, filterExp='"cartefibre_taux" is null', label="inconnu"))
    communes.setRenderer(QgsRuleBasedRenderer(root))


def draw(layers):
    settings = QgsMapSettings()
    settings.setDestinationCrs(LAMBERT)
    settings.setLayers(layers)
    settings.setBackgroundColor(QColor("white"))
    settings.setOutputSize(QSize(1400, 1250))
    settings.setOutputDpi(150)
    settings.setExtent(QgsCoordinateTransform(layers[0].crs(), LAMBERT, QgsProject.instance()).transformBoundingBox(BOX))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    for error in job.errors():
        print(f"{error.layerID}: {error.message}")
    if not job.renderedImage().save(PICTURE):
        sys.exit(f"{PICTURE} cannot be written")


def main():
    communes = layer("couverture-thd-communes", "Locaux raccordables à la fibre")
    intercommunalities = layer("epci", "Intercommunalités")
    places = layer("lieux-mediation", "Lieux de médiation numérique")
    coverage(communes)
    outline = {"style": "no", "outline_color": "#333333", "outline_width": "0.6"}
    intercommunalities.setRenderer(QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(outline)))
    point = {"name": "circle", "color": "#0b6e4f", "outline_color": "#ffffff", "size": "2.2"}
    places.setRenderer(QgsSingleSymbolRenderer(QgsMarkerSymbol.createSimple(point)))
    draw([places, intercommunalities, communes])
    print(PICTURE)


# Layers go before QGIS does: what is left of them when the program ends would crash it.
QgsApplication.setPrefixPath("/usr", True)
qgis = QgsApplication([], False)
qgis.initQgis()
main()
gc.collect()
qgis.exitQgis()
