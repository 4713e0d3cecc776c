"""How QGIS shows the first layer of a file as it opens it: its renderer, its columns' names and titles, and the layers it lists."""
import sys

from qgis.core import QgsApplication, QgsProviderRegistry, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()
path = sys.argv[1]
layer = QgsVectorLayer(path, "layer", "ogr")
assert layer.isValid() and layer.featureCount() == 1
columns = [[f.name(), f.alias()] for f in layer.fields() if f.name() != "fid"]
print(layer.renderer().type(), columns, [s.name() for s in QgsProviderRegistry.instance().querySublayers(path)])
