"""Draws doc/couverture-thd-communes.png with QGIS from a running Maille, as a cartographer would.

    make demo                                        # in another terminal
    QT_QPA_PLATFORM=offscreen python3 doc/map.py [http://127.0.0.1:8080] [doc/couverture-thd-communes.png]
"""

import sys

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFillSymbol, QgsLayoutExporter, QgsLayoutItemLabel, QgsLayoutItemLegend,
    QgsLayoutItemMap, QgsLayoutItemScaleBar, QgsLayoutPoint, QgsLayoutSize, QgsLegendStyle, QgsPrintLayout, QgsProject,
    QgsRuleBasedRenderer, QgsTextFormat, QgsUnitTypes, QgsVectorLayer,
)
from qgis.PyQt.QtGui import QFont

SERVICE = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
PICTURE = sys.argv[2] if len(sys.argv) > 2 else "doc/couverture-thd-communes.png"

# Fixed classes of public policy, from dark (little) to light, safe for colour-blind readers; a rate above 100 is real.
CLASSES = [
    ("moins de 50 %", '"cartefibre_taux" < 50', "#3b0f70"),
    ("de 50 à 80 %", '"cartefibre_taux" >= 50 and "cartefibre_taux" < 80', "#8c2981"),
    ("de 80 à 95 %", '"cartefibre_taux" >= 80 and "cartefibre_taux" < 95', "#de4968"),
    ("de 95 à 100 %", '"cartefibre_taux" >= 95 and "cartefibre_taux" < 100', "#fe9f6d"),
    ("100 % et plus", '"cartefibre_taux" >= 100', "#fcfdbf"),
]


def renderer():
    root = QgsRuleBasedRenderer.Rule(None)
    for label, expression, colour in CLASSES:
        symbol = QgsFillSymbol.createSimple({"color": colour, "outline_color": "#555555", "outline_width": "0.1"})
        root.appendChild(QgsRuleBasedRenderer.Rule(symbol, filterExp=expression, label=label))
    hatched = QgsFillSymbol.createSimple({"style": "b_diagonal", "color": "#777777", "outline_color": "#555555", "outline_width": "0.1"})
    root.appendChild(QgsRuleBasedRenderer.Rule(hatched, filterExp='"cartefibre_taux" is null', label="inconnu"))
    return QgsRuleBasedRenderer(root)


def label(layout, text, size, x, y, width, bold=False):
    item = QgsLayoutItemLabel(layout)
    item.setText(text)
    font = QFont("DejaVu Sans", size)
    font.setBold(bold)
    item.setFont(font)
    layout.addLayoutItem(item)
    place(item, x, y, width, size * 1.6)


def place(item, x, y, width, height):
    item.attemptMove(QgsLayoutPoint(x, y, QgsUnitTypes.LayoutMillimeters))
    item.attemptResize(QgsLayoutSize(width, height, QgsUnitTypes.LayoutMillimeters))


def main():
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()
    layer = QgsVectorLayer(f"url='{SERVICE}' typename='couverture-thd-communes' pageSize='1000'", "Locaux raccordables", "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS cannot open {SERVICE}: {layer.error().summary()}")
    features = sum(1 for _ in layer.getFeatures())
    types = {field.name(): field.typeName() for field in layer.fields()}
    print(f"{features} features, CRS {layer.crs().authid()}, cartefibre_taux is a {types['cartefibre_taux']}")
    layer.setRenderer(renderer())
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:2154"))
    project.addMapLayer(layer)

    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize(QgsLayoutSize(160, 190, QgsUnitTypes.LayoutMillimeters))
    view = QgsLayoutItemMap(layout)
    layout.addLayoutItem(view)
    view.setCrs(project.crs())
    view.setLayers([layer])
    extent = QgsCoordinateTransform(layer.crs(), project.crs(), project).transformBoundingBox(layer.extent())
    extent.scale(1.04)
    place(view, 5, 22, 110, 155)
    view.setExtent(extent)  # makes the item as high as the extent asks
    place(view, 5, 22, 110, 155)
    view.zoomToExtent(extent)
    label(layout, "La fibre en Essonne, commune par commune", 13, 5, 5, 150, bold=True)
    label(layout, "Part des locaux raccordables à la fibre (Ma carte fibre, 30 juin 2026)", 8, 5, 13, 150)
    label(layout, "Sources : Arcep, IGN, Insee, Licence Ouverte. Projection : Lambert-93. Maille.", 6, 5, 181, 150)
    legend = QgsLayoutItemLegend(layout)
    legend.setLinkedMap(view)
    legend.setBackgroundEnabled(False)
    for style in (QgsLegendStyle.Group, QgsLegendStyle.Subgroup, QgsLegendStyle.SymbolLabel):
        legend.setStyleFont(style, QFont("DejaVu Sans", 7))
    layout.addLayoutItem(legend)
    legend.attemptMove(QgsLayoutPoint(118, 24, QgsUnitTypes.LayoutMillimeters))
    scale = QgsLayoutItemScaleBar(layout)
    scale.setLinkedMap(view)
    scale.setStyle("Line Ticks Up")
    scale.setUnits(QgsUnitTypes.DistanceKilometers)
    scale.setUnitLabel("km")
    scale.setUnitsPerSegment(5)
    scale.setNumberOfSegments(2)
    scale.setTextFormat(QgsTextFormat.fromQFont(QFont("DejaVu Sans", 7)))
    layout.addLayoutItem(scale)
    scale.attemptMove(QgsLayoutPoint(118, 160, QgsUnitTypes.LayoutMillimeters))
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 150
    layout.setReferenceMap(None)  # a picture, without georeference
    if QgsLayoutExporter(layout).exportToImage(PICTURE, settings) != QgsLayoutExporter.Success:
        sys.exit(f"{PICTURE} cannot be written")
    application.exitQgis()


main()
